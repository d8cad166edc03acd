import type { VideoReport } from '../domain/report/copy.ts';
import type { VideoState } from '../domain/video.ts';
import { oneLine } from '../telemetry/logger.ts';
import { formatBytes, formatCount } from '../domain/report/amount-text.ts';
import { formatShare } from './format.ts';
import { padText, textWidth } from './text-width.ts';

/** Which videos to list, and where to find the others. */
export interface ListContext {
  /** List each video, however many there are. */
  readonly all: boolean;
  /** Arguments by which other verbs find this library. */
  readonly stateArguments: string;
}

/** As many videos are listed without being asked for. */
const maxListed = 20;
const maxIdWidth = 48;

/** States in the order in which people look at them: what needs a decision, what is under way, what is done. */
const byAttention: readonly VideoState[] = [
  'incomplete',
  'invalid',
  'paused',
  'live',
  'copying',
  'publishing',
  'waiting',
  'cancelled',
  'published',
];

/**
 * Lists videos, those that need attention first. Of a long list only the first, and none that is published.
 *
 * @returns a line for each, and one that says how to list the others
 */
export function videoLines(videos: readonly VideoReport[], { all, stateArguments }: ListContext): readonly string[] {
  const sorted = byAttention.flatMap((state) => videos.filter((video) => video.state === state));
  const isLong = !all && sorted.length > maxListed;
  const shown = isLong ? sorted.filter(({ state }) => state !== 'published').slice(0, maxListed) : sorted;
  const width = Math.min(maxIdWidth, Math.max(5, ...shown.map(({ id }) => textWidth(id))));
  const rest = sorted.length - shown.length;
  return [
    ...shown.map((video) => `  ${videoLine(video, width)}`),
    ...(rest > 0 ? [`  … ${formatCount(rest)} ${restText(shown, sorted)}: flants status ${stateArguments} --all`] : []),
  ];
}

function restText(shown: readonly VideoReport[], sorted: readonly VideoReport[]): string {
  const arePublished = sorted[shown.length]?.state === 'published';
  return `${shown.length > 0 ? 'more' : 'videos'}${arePublished ? ', all of them published' : ''}`;
}

function videoLine({ id, state, files, sizeBytes }: VideoReport, width: number): string {
  const counts = `${formatCount(files.done)} of ${formatCount(files.total)}${files.failed > 0 ? `, ${formatCount(files.failed)} failed` : ''}`;
  return `${padText(oneLine(id), width)}  ${state.padEnd(10)}  ${formatShare(files.done, files.total).padStart(4)}  ${counts}  ${formatBytes(sizeBytes)}`;
}
