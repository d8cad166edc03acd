import type { DeliveryFinding, VerifyProblem, VerifyReport } from '../../domain/report/verification.ts';
import type { ExternalReference } from '../../domain/revision.ts';
import { oneLine } from '../../telemetry/logger.ts';
import { formatBytes, formatCount, formatCounted } from '../../domain/report/amount-text.ts';
import { listLines, section } from '../list-lines.ts';

const more = '--json names all';

/** Where accepted files are listed. Neither: nobody was asked which were. */
export interface AcceptedRecord {
  readonly stateDir?: string;
  readonly journal?: object;
}

/** Options that the text depends on. */
interface RenderOptions extends AcceptedRecord {
  readonly checksums: boolean;
}

/** Renders the result of `verify` for people. Lines joined by line breaks, with one at the end. */
export function renderVerify(report: VerifyReport, { checksums: asked, ...record }: RenderOptions): string {
  const { destination, playlists, objects, sizeBytes, problems, external, accepted, checkedChecksums } = report;
  const compared =
    asked && checkedChecksums < objects
      ? `${formatCount(checkedChecksums)} of ${formatCounted(objects, 'checksum')}`
      : formatCounted(checkedChecksums, 'checksum');
  const checksums = asked || checkedChecksums > 0 ? `, ${compared} compared` : '';
  return [
    ...listLines(
      problems.map(
        ({ key, message, code, playlist, line }) => `${key}: ${message} [${code}]${placeOf(playlist, line)}`,
      ),
      more,
    ),
    ...adviceOnPrefix(report),
    ...adviceOnMissing(problems, record),
    ...section(
      'Published without',
      accepted.map(({ key, reason }) => `${key}: accepted: ${reason}`),
      more,
    ),
    ...externalLines(external, more),
    ...deliveryLines(report.delivery ?? []),
    `${destination}: ${verdictOf(report)}`,
    `${formatCounted(playlists, 'playlist')}, ${formatCounted(objects, 'object')}, ${formatBytes(sizeBytes)}${checksums}`,
  ]
    .join('\n')
    .concat('\n');
}

/** A prefix whose last part has a dot, such as a host name, looks like a playlist. */
function adviceOnPrefix({ destination, playlists, problems }: VerifyReport): readonly string[] {
  const isAbsent = playlists === 0 && problems.some(({ code }) => code === 'verify.missing');
  return isAbsent && destination.startsWith('s3:') && !/\.m3u8?$/i.test(destination)
    ? [`  If it is a prefix and not a playlist, end it with a slash: ${oneLine(destination)}/`]
    : [];
}

/** Which missing files were accepted only a state or a journal knows. A playlist, which nothing names here, never is. */
export function adviceOnMissing(
  problems: readonly Pick<VerifyProblem, 'code' | 'playlist'>[],
  { stateDir, journal }: AcceptedRecord,
): readonly string[] {
  const isOpen =
    stateDir === undefined &&
    journal === undefined &&
    problems.some(({ code, playlist }) => code === 'verify.missing' && playlist !== undefined);
  return isOpen
    ? [
        '  If some of the missing files were accepted: their list is in the state or journal of the copy (verify the bucket or folder with --state or --journal).',
      ]
    : [];
}

/** URIs that lead out of the copy, and where they stand. */
export function externalLines(external: readonly ExternalReference[], rest: string): readonly string[] {
  return section(
    'Points outside the copy',
    external.map(({ playlistUrl, line, uri, reason }) => `${uri}: ${reason}${placeOf(playlistUrl, line)}`),
    rest,
  );
}

/** What players and caches mind, one finding for each kind of object, with the header and the line that mend it. */
export function deliveryLines(findings: readonly DeliveryFinding[]): readonly string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({ role, url, level, message, header, mend, code }) => [
    `  ${level === 'fault' ? 'FAULT' : 'WARNING'}  ${oneLine(`${role} ${url}: ${message}`)} [${code}]`,
    `    header: ${oneLine(header)}`,
    `    ${mend}`,
  ]);
  return ['As players and caches get it:', ...lines];
}

function verdictOf({ problems, external, accepted, delivery = [] }: VerifyReport): string {
  if (problems.length > 0) return `not whole: ${formatCounted(problems.length, 'problem')}`;
  const but = [
    ...(accepted.length > 0 ? [`without ${formatCounted(accepted.length, 'accepted file')}`] : []),
    ...(external.length > 0 ? ['it points outside'] : []),
    ...(delivery.some(({ level }) => level === 'fault') ? ['some players do not get it as they need it'] : []),
    ...(delivery.some(({ level }) => level === 'warning') ? ['its delivery has warnings'] : []),
  ];
  return but.length === 0 ? 'whole' : `whole, but ${but.join(', and ')}`;
}

function placeOf(playlist: string | undefined, line: number | undefined): string {
  if (playlist === undefined) return '';
  return ` (${playlist}${line === undefined ? '' : ` line ${line}`})`;
}
