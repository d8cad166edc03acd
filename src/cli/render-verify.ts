import type { VerifyReport } from '../domain/verify-report.ts';
import { oneLine } from '../telemetry/logger.ts';
import { formatBytes, formatCount, formatCounted } from './format.ts';

const mostNamed = 20;

/** What `verify` found, for people. Lines joined by line breaks, with one at the end. */
export function renderVerify(report: VerifyReport): string {
  const { destination, playlists, objects, sizeBytes, problems, external, checkedChecksums } = report;
  const verdict =
    problems.length > 0
      ? `not whole: ${formatCounted(problems.length, 'problem')}`
      : external.length > 0
        ? 'whole, but it points outside'
        : 'whole';
  const checksums = checkedChecksums > 0 ? `, ${formatCounted(checkedChecksums, 'checksum')} compared` : '';
  return [
    ...named(
      problems.map(
        ({ key, message, code, playlist, line }) => `${key}: ${message} [${code}]${placeOf(playlist, line)}`,
      ),
    ),
    ...(external.length > 0 ? ['Points outside the copy:'] : []),
    ...named(external.map(({ playlistUrl, line, uri, reason }) => `${uri}: ${reason}${placeOf(playlistUrl, line)}`)),
    `${destination}: ${verdict}`,
    `${formatCounted(playlists, 'playlist')}, ${formatCounted(objects, 'object')}, ${formatBytes(sizeBytes)}${checksums}`,
  ]
    .join('\n')
    .concat('\n');
}

function named(items: readonly string[]): readonly string[] {
  const rest = items.length - mostNamed;
  return [
    ...items.slice(0, mostNamed).map((item) => `  ${oneLine(item)}`),
    ...(rest > 0 ? [`  … and ${formatCount(rest)} more: --json names all`] : []),
  ];
}

function placeOf(playlist: string | undefined, line: number | undefined): string {
  if (playlist === undefined) return '';
  return ` (${playlist}${line === undefined ? '' : ` line ${line}`})`;
}
