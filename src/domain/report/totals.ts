import type { Totals, VideoReport } from './copy.ts';
import { videoStates } from '../video.ts';
import type { VideoState } from '../video.ts';

/** The same shape, writable. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** No videos at all. */
export function emptyTotals(): Mutable<Totals> {
  return {
    videos: Object.fromEntries(videoStates.map((state) => [state, 0])) as Record<VideoState, number>,
    files: { total: 0, done: 0, failed: 0, accepted: 0 },
  };
}

/** Adds a video to sums, or takes it away. */
export function addToTotals(
  totals: Mutable<Totals>,
  { state, files }: Pick<VideoReport, 'state' | 'files'>,
  sign: 1 | -1 = 1,
): void {
  totals.videos[state] += sign;
  for (const name of ['total', 'done', 'failed', 'accepted'] as const) totals.files[name] += sign * files[name];
}
