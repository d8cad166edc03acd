import { videoStates } from '../../domain/video.ts';
import type {
  DecisionSummary,
  FailedScan,
  FailureCause,
  HaltedService,
  LibraryStatus,
  ScanCounts,
  VideoDetail,
  VideoSummary,
} from '../../domain/report/library-status.ts';
import type { Totals } from '../../domain/report/copy.ts';
import { isAllRefused } from '../../domain/report/scan-summary.ts';
import { oneLine } from '../../telemetry/logger.ts';
import { budgetLines } from '../budget-lines.ts';
import { failureText, liveText } from '../event-lines.ts';
import { formatBytes, formatCount, formatCounted } from '../../domain/report/amount-text.ts';
import { formatShare } from '../format.ts';
import { functionLine } from '../function-line.ts';
import { section } from '../list-lines.ts';
import { hintOf } from './error.ts';
import { rowText } from './report.ts';
import { padText } from '../text-width.ts';

const idWidth = 32;

/** Renders one line of `flants videos`. */
export function renderListed({ id, title, state, files, fresh, invalid }: VideoSummary): string {
  const failed = files.failed > 0 ? `, ${formatCount(files.failed)} failed` : '';
  const counts = `${formatCount(files.done)} of ${formatCount(files.total)}${failed}`;
  const share = formatShare(files.done, files.total).padStart(4);
  const about = [
    ...(fresh === true ? ['fresh'] : []),
    ...(title === undefined ? [] : [title]),
    ...(invalid === undefined ? [] : [failureText(invalid)]),
  ];
  return oneLine(`${padText(oneLine(id), idWidth)}  ${state.padEnd(10)}  ${share}  ${[counts, ...about].join('  ')}`);
}

/** Renders the status of a library for people. Lines joined by line breaks, with one at the end. */
export function renderLibraryStatus(
  { destination, totals, causes, scan, scanFailed, functions, budget, halted = [] }: LibraryStatus,
  retryWords: string,
): string {
  return text([
    `Library at ${destination}`,
    ...totalLines(totals),
    ...(scan ? scanLines(scan) : []),
    ...(scanFailed ? [failedScanLine(scanFailed)] : []),
    ...(functions ? [functionLine('Functions', functions)] : []),
    ...(budget ? budgetLines('Spent', budget) : []),
    ...section('Cannot continue, and tries again', halted.map(haltedLine), 'flants status --json'),
    ...section('Failed', causes.map(causeLine), retryWords),
    ...causes.flatMap(({ code, example }) => {
      const hint = hintOf(example.failure);
      return hint === undefined ? [] : [`  ${code}: ${hint}`];
    }),
    ...(causes.length > 0 ? ['  next:', `    ${retryWords}`] : []),
  ]);
}

function scanLines({ refusedExample, ...scan }: ScanCounts): readonly string[] {
  const { startedAt, rows, taken, refused, warnings, withdrawn } = scan;
  const others = [
    ...(refused > 0 ? [`${formatCount(refused)} refused`] : []),
    ...(warnings > 0 ? [`${formatCounted(warnings, 'row')} with a warning`] : []),
    ...(withdrawn > 0 ? [`${formatCounted(withdrawn, 'video')} withdrawn`] : []),
  ];
  const suffix = others.length > 0 ? `; ${others.join(', ')}: flants report names them` : '';
  const read = isAllRefused(scan) ? 'none is a video that could be copied' : `${formatCount(taken)} taken`;
  return [
    `Catalogue at ${startedAt}: ${formatCounted(rows, 'row')}, ${read}${suffix}`,
    ...section('Refused rows, such as', refusedExample ? [rowText(refusedExample)] : [], 'flants report'),
  ];
}

function failedScanLine({ catalogue, since, at, failure }: FailedScan): string {
  const again = since === at ? '' : `, and again at ${at}`;
  return oneLine(
    `Scans of ${catalogue} fail since ${since}${again}: ${failureText(failure)}; new videos are not found until one succeeds`,
  );
}

function totalLines({ videos, files }: Totals): readonly string[] {
  const count = Object.values(videos).reduce((sum, each) => sum + each, 0);
  const states = videoStates
    .filter((state) => videos[state] > 0)
    .map((state) => `${formatCount(videos[state])} ${state}`);
  const { total, done, failed, accepted } = files;
  const parts = [
    `${formatCount(done)} there`,
    ...(failed > 0
      ? [`${formatCount(failed)} failed${accepted > 0 ? `, of which ${formatCount(accepted)} accepted` : ''}`]
      : []),
    ...(total > done + failed ? [`${formatCount(total - done - failed)} to copy`] : []),
  ];
  return [
    `${formatCounted(count, 'video')}${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    `${formatCounted(total, 'file')}: ${parts.join(', ')}`,
  ];
}

function haltedLine({ service, id, failure }: HaltedService): string {
  return `${service} ${id}: ${failureText(failure)}`;
}

function causeLine({ code, files, videos, example }: FailureCause): string {
  const counted =
    files > 0 ? `${formatCounted(files, 'file')} of ${formatCounted(videos, 'video')}` : formatCounted(videos, 'video');
  const where = example.key === undefined ? example.video : `${example.video}: ${example.key}`;
  return `${code}: ${counted}, such as ${where}: ${example.failure.message}`;
}

/** Renders the details of a video for people. No line break at the end. */
export function renderDetail({ report, decisions, leases }: VideoDetail): string {
  const { files } = report;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['title', report.title],
    ['playlist', report.playlistUrl],
    [report.state === 'published' ? 'published as' : 'goes to', report.playlistKey],
    ['revision', report.revision],
    ['files', `${formatCount(files.done)} of ${formatCount(files.total)} there (${formatBytes(report.sizeBytes)})`],
    ['invalid', report.invalid && failureText(report.invalid)],
    ['live', report.live && liveText(report.live)],
    ['looked at again', report.nextLookAt],
  ];
  const failures = report.failures.map(
    ({ key, failure, acceptedBecause }) =>
      `${key}: ${failureText(failure)}${acceptedBecause === undefined ? '' : `; accepted: ${acceptedBecause}`}`,
  );
  const work = leases.map((lease) =>
    lease.kind === 'batch' ? `batch of ${formatCounted(lease.files, 'file')}` : lease.kind,
  );
  const more = '--json tells all';
  return [
    `${oneLine(report.id)}: ${report.state}`,
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(12)}  ${oneLine(value)}`])),
    ...section('Failed', failures, more),
    ...section(
      'Points outside the copy',
      report.external.map(({ playlistUrl, line, uri, reason }) => `${playlistUrl} line ${line}: ${uri} (${reason})`),
      more,
    ),
    ...section('Warnings', report.warnings, more),
    ...section('Under way', work, more),
    ...section('Decided', decisions.map(decisionLine), more),
  ].join('\n');
}

function decisionLine({ type, at, playlistUrl, by, key, reason, fresh }: DecisionSummary): string {
  const details = [
    ...(playlistUrl === undefined ? [] : [playlistUrl]),
    ...(by === undefined ? [] : ['by a person']),
    ...(key === undefined ? [] : [key]),
    ...(reason === undefined ? [] : [`because: ${reason}`]),
    ...(fresh === undefined ? [] : [fresh ? 'before the backlog' : 'back into the backlog']),
  ];
  return `${at}  ${[type, ...details].join('  ')}`;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
