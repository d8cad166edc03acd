import type { Failure } from '../../domain/failure.ts';
import type { FailedFile, LibraryReport, RunCounts, VideoReport } from '../../domain/report/copy.ts';
import { second } from '../../domain/units.ts';
import { videoStates } from '../../domain/video.ts';
import { oneLine } from '../../telemetry/logger.ts';
import { failureText, liveText } from '../event-lines.ts';
import { budgetLines } from '../budget-lines.ts';
import { functionLine } from '../function-line.ts';
import { section } from '../list-lines.ts';
import { hintOf } from './error.ts';
import { shellQuote } from '../shell-quote.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../domain/report/amount-text.ts';
import { formatRate } from '../format.ts';
import { videoLines } from '../video-lines.ts';

/** What a summary shows in addition to the report. */
export interface SummaryContext {
  /** Arguments by which other verbs find this state: a destination or `--state DIR`, quoted for a shell. */
  readonly stateArguments: string;
  /** Absent if there is no state, as after the dry run of a new library. */
  readonly stateDir?: string;
  readonly dryRun?: boolean;
  /** Whether this is a cluster, which continues by itself. A copy has to be run again. */
  readonly isCluster?: boolean;
}

/** What to do about recordings that are not over, where nobody looks at them again. */
const liveAdvice = 'run the same copy again once they are over; if an encoder has died, with --assume-ended';

/** Renders the result of a run for people. Lines joined by line breaks, with one at the end. */
export function renderSummary(report: LibraryReport, context: SummaryContext): string {
  return text([
    ...totalLines(report, context.dryRun === true),
    ...(report.run === undefined ? [] : [runLine(report.run, report.totals)]),
    ...invalidationLine(report),
    ...(report.run?.functions === undefined ? [] : [functionLine('Its functions', report.run.functions)]),
    ...(report.budget === undefined ? [] : budgetLines('Spent in this run', report.budget).slice(0, 1)),
    ...detailLines(report, context),
    ...(context.stateDir === undefined ? [] : [`State: ${context.stateDir}`]),
  ]);
}

/** How much of a library a status lists. */
export interface StatusContext extends SummaryContext {
  /** List each video, however many there are. */
  readonly all: boolean;
}

/** Renders the status of a library for people: sums, then its videos, those that need attention first. */
export function renderStatus(report: LibraryReport, context: StatusContext): string {
  return text([
    ...totalLines(report, false),
    ...(report.functions === undefined ? [] : [functionLine('Functions', report.functions)]),
    ...(report.budget === undefined ? [] : budgetLines('Spent', report.budget)),
    ...videoLines(report.videos, context),
    ...detailLines(report, context),
    ...(context.stateDir === undefined ? [] : [`State: ${context.stateDir}`]),
  ]);
}

function totalLines({ totals, videos }: LibraryReport, dryRun: boolean): readonly string[] {
  const count = Object.values(totals.videos).reduce((sum, videosOfState) => sum + videosOfState, 0);
  const byState = videoStates
    .filter((state) => totals.videos[state] > 0)
    .map((state) => `${formatCount(totals.videos[state])} ${dryRun && state === 'waiting' ? 'to copy' : state}`);
  const { total, done, failed, accepted } = totals.files;
  const sizeBytes = videos.reduce((sum, video) => sum + video.sizeBytes, 0);
  const files = [
    `${formatCount(done)} there${sizeBytes > 0 ? ` (${formatBytes(sizeBytes)})` : ''}`,
    ...(failed > 0
      ? [`${formatCount(failed)} failed${accepted > 0 ? `, of which ${formatCount(accepted)} accepted` : ''}`]
      : []),
    ...(total > done + failed ? [`${formatCount(total - done - failed)} to copy`] : []),
  ];
  return [
    ...(dryRun ? ['Dry run: nothing was written, neither to the destination nor to the state.'] : []),
    `${formatCounted(count, 'video')}${byState.length > 0 ? `: ${byState.join(', ')}` : ''}`,
    `${formatCounted(total, 'file')}: ${files.join(', ')}`,
  ];
}

function runLine(
  { copied, unchanged, failed, copiedBytes, durationMs }: RunCounts,
  totals: LibraryReport['totals'],
): string {
  if (copied + unchanged + failed === 0) {
    const { copying, waiting } = totals.videos;
    return `This run: nothing ${copying + waiting > 0 ? 'was copied yet' : 'to copy'}, in ${formatDuration(durationMs)}`;
  }
  const rate = copiedBytes > 0 && durationMs > 0 ? `, ${formatRate((copiedBytes / durationMs) * second)}` : '';
  const what = [`${formatCount(copied)} copied (${formatBytes(copiedBytes)})`, `${formatCount(unchanged)} unchanged`];
  if (failed > 0) what.push(`${formatCount(failed)} failed`);
  return `This run: ${what.join(', ')}, in ${formatDuration(durationMs)}${rate}`;
}

/** What this run told a CDN of. */
function invalidationLine({ at, run, videos }: LibraryReport): readonly string[] {
  const began = Date.parse(at) - (run?.durationMs ?? 0) - second;
  const told = videos
    .flatMap(({ replaced }) => replaced?.invalidated ?? [])
    .filter((invalidated) => Date.parse(invalidated.at) >= began);
  const [first] = told;
  if (!first) return [];
  const paths = told.reduce((sum, invalidated) => sum + invalidated.paths, 0);
  return [`Replaced: ${formatCounted(paths, 'path')} of ${formatCounted(told.length, 'video')} told to ${first.by}`];
}

function detailLines(report: LibraryReport, { stateArguments, dryRun, isCluster }: SummaryContext): readonly string[] {
  const { videos } = report;
  const failed = each(videos, (video) => video.failures.filter(isOpen), fileText);
  const accepted = each(videos, (video) => video.failures.filter((file) => !isOpen(file)), fileText);
  const invalid = videos.flatMap((video) => (video.invalid ? [`${video.id}: ${failureText(video.invalid)}`] : []));
  const live = videos.flatMap((video) => (video.live ? [`${video.id}: ${liveText(video.live)}`] : []));
  const liveWords = isCluster === true ? 'nothing to do, they are looked at again' : liveAdvice;
  const refused = report.refusedRows.map(rowText);
  const external = each(
    videos,
    (video) => video.external,
    ({ playlistUrl, line, uri, reason }) => `${playlistUrl} line ${line}: ${uri} (${reason})`,
  );
  const warnings = each(
    videos,
    (video) => video.warnings,
    (warning) => warning,
  );
  const replaced = each(
    videos,
    (video) => video.replaced?.files ?? [],
    (key) => key,
  );
  const more = dryRun === true ? '--report FILE keeps all' : `flants report ${stateArguments}`;
  return [
    ...section('Failed', failed, `${more} --format ndjson`),
    ...hintLines(videos.flatMap((video) => video.failures.filter(isOpen).map(({ failure }) => failure))),
    ...resumeLines(videos, stateArguments, isCluster === true ? `flants retry ${stateArguments}` : 'run the same copy'),
    ...section('Published without', accepted, more),
    ...section('Live: not over yet', live, more),
    ...(live.length > 0 ? [`  next: ${liveWords}`] : []),
    ...section('Not usable', invalid, more),
    ...hintLines(videos.flatMap((video) => video.invalid ?? [])),
    ...section('Rows refused', refused, more),
    ...rowWarningLines(report.rowWarnings, more),
    ...section('Points outside the copy', external, more),
    ...section('Warnings', warnings, more),
    ...section(
      'Other bytes under the same name, which caches keep for ever (--invalidate tells CloudFront)',
      replaced,
      more,
    ),
    ...unguardedLine(report.unguarded),
    ...unkeptLine(report.unkept ?? []),
  ];
}

/** What the destination does not guard, in one line: a report says what each of them means. */
function unguardedLine(unguarded: readonly string[]): readonly string[] {
  const names = unguarded.map((meaning) => (meaning.split(':', 1)[0] ?? '').replace('the destination does not ', ''));
  if (names.length === 0) return [];
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(names);
  return [`The destination does not ${list} ("flants report" explains this)`];
}

/** What the destination does not keep, in one line: it is the same at each run. Reports say what it means. */
function unkeptLine(unkept: readonly string[]): readonly string[] {
  const names = unkept.map((meaning) => meaning.split(/[,:]/, 1)[0] ?? '');
  return names.length === 0 ? [] : [`Not kept by the destination: ${names.join(', ')}`];
}

/** Each advice once. */
function hintLines(failures: readonly Failure[]): readonly string[] {
  return [...new Set(failures.flatMap(hintLine))];
}

function hintLine(failure: Failure): readonly string[] {
  const hint = hintOf(failure);
  return hint === undefined ? [] : [`  ${failure.code}: ${hint}`];
}

function each<T>(
  videos: readonly VideoReport[],
  itemsOf: (video: VideoReport) => readonly T[],
  render: (item: T) => string,
): readonly string[] {
  return videos.flatMap((video) => itemsOf(video).map((item) => `${video.id}: ${render(item)}`));
}

/** How to continue, with the first failed file as the example. */
function resumeLines(videos: readonly VideoReport[], stateArguments: string, again: string): readonly string[] {
  const video = videos.find(({ failures }) => failures.some(isOpen));
  const file = video?.failures.find(isOpen);
  if (!video || !file) return [];
  const accept = `flants accept ${stateArguments} ${shellQuote(video.id)} ${shellQuote(file.key)} --reason TEXT`;
  return [`  next: ${again} to try again, or publish without the file:`, `    ${oneLine(accept)}`];
}

function isOpen(file: FailedFile): boolean {
  return file.acceptedBecause === undefined;
}

function fileText({ key, failure, acceptedBecause }: FailedFile): string {
  return `${key}: ${failureText(failure)}${acceptedBecause === undefined ? '' : `; accepted: ${acceptedBecause}`}`;
}

function rowWarningLines(warnings: LibraryReport['rowWarnings'], more: string): readonly string[] {
  if (!warnings) return [];
  const heading = `${formatCounted(warnings.count, 'row')} with a part that cannot be read`;
  return section(
    heading,
    warnings.rows.map(({ message }) => message),
    more,
  );
}

/** The message names the row. Row 0 stands for an id without a row, so the id is added. */
export function rowText({ row, id, failure }: LibraryReport['refusedRows'][number]): string {
  return `${id === undefined || row === 0 ? '' : `${id}: `}${failureText(failure)}`;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
