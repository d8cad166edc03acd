import type { ActiveVideo, Progress } from '../../domain/progress/event.ts';
import { oneLine } from '../../telemetry/logger.ts';
import {
  formatAboutCount,
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
} from '../../domain/report/amount-text.ts';
import { formatRate, formatRemaining, formatShare } from '../format.ts';
import { fitText, padText } from '../text-width.ts';

/** The content of the progress display. */
export interface ProgressState {
  /** Absent until the run has reported progress for the first time. */
  readonly progress?: Progress;
  /** Shown below everything else, such as how a run is being stopped. */
  readonly notice?: string;
}

const maxBars = 4;
const maxBarWidth = 30;
const maxNameWidth = 32;

/**
 * Renders the progress of a run: three lines, a bar for each of a few videos, and the notice.
 *
 * @param columns - width of the terminal, which no line exceeds
 * @returns lines joined by line breaks, without one at the end
 */
export function renderProgress(state: ProgressState, columns: number): string {
  const { progress, notice } = state;
  const lines = progress === undefined ? ['reading the sources …'] : progressLines(progress, columns);
  return [...lines, ...(notice === undefined ? [] : [notice])].map((line) => fitText(line, columns)).join('\n');
}

/** Renders the progress as one line, for logs. */
export function renderProgressLine(progress: Progress): string {
  const { totals, run, bytesPerSecond, uncrawled } = progress;
  const { files } = totals;
  const noun = allFiles(progress) === 1 ? 'file' : 'files';
  return [
    `${formatShare(files.done, allFiles(progress))}: ${formatCount(files.done)} of ${aboutAllFiles(progress)} ${noun}`,
    `${formatBytes(run.copiedBytes)} copied at ${formatRate(bytesPerSecond)}`,
    `${formatCount(totals.videos.published)} of ${formatCounted(countVideos(progress), 'video')} published`,
    ...(uncrawled > 0 ? [`${formatCount(uncrawled)} to plan`] : []),
    ...(files.failed > 0 ? [`${formatCount(files.failed)} failed`] : []),
    ...leftParts(progress),
  ].join(', ');
}

function progressLines(progress: Progress, columns: number): readonly string[] {
  const { totals, run, uncrawled, bytesPerSecond, filesPerSecond } = progress;
  const { files, videos } = totals;
  const videoParts = [
    `${formatCount(videos.published)} of ${formatCount(countVideos(progress))} published`,
    ...(uncrawled > 0 ? [`${formatCount(uncrawled)} to plan`] : []),
    ...(['live', 'incomplete', 'invalid', 'paused'] as const)
      .filter((name) => videos[name] > 0)
      .map((name) => `${formatCount(videos[name])} ${name}`),
  ];
  const fileParts = [
    `${formatCount(files.done)} of ${aboutAllFiles(progress)}`,
    ...(files.failed > 0 ? [`${formatCount(files.failed)} failed`] : []),
  ];
  const speedParts = [
    formatRate(bytesPerSecond),
    `${formatCounted(Math.round(filesPerSecond), 'file')}/s`,
    `${formatBytes(run.copiedBytes)} in ${formatDuration(run.durationMs)}`,
    ...leftParts(progress),
  ];
  const active = progress.active ?? [];
  return [
    `videos  ${videoParts.join(', ')}`,
    `files   ${bar(files.done, allFiles(progress), columns)}  ${fileParts.join(', ')}`,
    `speed   ${speedParts.join(', ')}`,
    ...active.slice(0, maxBars).map((video) => videoLine(video, columns)),
    ...(active.length > maxBars ? [`  and ${formatCount(active.length - maxBars)} more`] : []),
  ];
}

function videoLine({ video, done, total }: ActiveVideo, columns: number): string {
  const name = padText(oneLine(video), Math.min(maxNameWidth, Math.max(8, Math.floor(columns / 3))));
  return `  ${name}  ${bar(done, total, columns)}  ${formatCount(done)} of ${formatCount(total)}`;
}

/** A progress bar, at most a third of the line wide. The figures beside it are more exact. */
function bar(done: number, total: number, columns: number): string {
  const width = Math.min(maxBarWidth, Math.max(5, Math.floor(columns / 3)));
  const full = total > 0 ? Math.min(width, Math.floor((done / total) * width)) : 0;
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${formatShare(done, total).padStart(4)}`;
}

function allFiles({ totals, expectedFiles = totals.files.total }: Progress): number {
  return expectedFiles;
}

function aboutAllFiles({ totals, expectedFiles }: Progress): string {
  return expectedFiles === undefined ? formatCount(totals.files.total) : formatAboutCount(expectedFiles);
}

function leftParts({ remainingMs, ...progress }: Progress): readonly string[] {
  return remainingMs === undefined ? [] : [`${formatRemaining({ ...progress, remainingMs })} left`];
}

/** Also those that are not read yet. */
function countVideos({ totals: { videos }, uncrawled }: Progress): number {
  const { waiting, ...others } = videos;
  return Math.max(waiting, uncrawled) + Object.values(others).reduce((sum, count) => sum + count, 0);
}
