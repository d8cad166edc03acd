import type { LibraryVerifyReport } from '../../domain/report/verification.ts';
import { formatBytes, formatCount, formatCounted } from '../../domain/report/amount-text.ts';
import { failureText } from '../event-lines.ts';
import { listLines, section } from '../list-lines.ts';
import { adviceOnMissing, deliveryLines, externalLines } from './verify.ts';
import type { AcceptedRecord } from './verify.ts';

const more = '--json names more';

/** Renders the result of `verify` of all videos for people. Lines joined by line breaks, with one at the end. */
export function renderLibraryVerify(report: LibraryVerifyReport, record: AcceptedRecord): string {
  const { destination, videos, whole, notWhole, problems, accepted, external, outside, extra, doubtful, delivery } =
    report;
  const { playlists, objects, sizeBytes, checkedChecksums, refusedRows } = report;
  const named = notWhole.flatMap(({ video, problems: found }) =>
    found.map(({ key, message, code }) => `${video}: ${key === video ? '' : `${key}: `}${message} [${code}]`),
  );
  const unnamed = problems - named.length;
  const extras = `Named by no playlist: ${formatCounted(extra.count, 'object')}, ${formatBytes(extra.sizeBytes)}`;
  return [
    ...listLines(named, more),
    ...(unnamed > 0 ? [`  … and ${formatCount(unnamed)} that are not named`] : []),
    ...adviceOnMissing(
      notWhole.flatMap(({ problems: found }) => found),
      record,
    ),
    ...section(
      'Rows refused',
      refusedRows.map(({ failure }) => failureText(failure)),
      more,
    ),
    ...section(
      'Published without',
      accepted.map(({ key, reason }) => `${key}: accepted: ${reason}`),
      more,
    ),
    ...externalLines(outside, more),
    ...section(extras, extra.keys, more),
    ...section(
      `Videos of their own, or left over (multivariant playlists beside them do not name them): ${formatCounted(doubtful.count, 'playlist')}`,
      doubtful.keys,
      more,
    ),
    ...deliveryLines(delivery),
    `${destination}: ${formatCount(whole)} of ${formatCount(videos)} whole${problems > 0 ? `, ${formatCounted(problems, 'problem')}` : ''}${external > 0 ? `, ${formatCounted(external, 'URI')} outside the copy` : ''}`,
    `${formatCounted(playlists, 'playlist')}, ${formatCounted(objects, 'object')}, ${formatBytes(sizeBytes)}${checkedChecksums > 0 ? `, ${formatCounted(checkedChecksums, 'checksum')} compared` : ''}`,
    '',
  ].join('\n');
}
