import { failureWith } from './failure.ts';
import type { Failure } from './failure.ts';
import { defaultRetryLimits, jittered } from './settle.ts';
import type { VideoRecord } from './video.ts';

/** Why a video did not come nearer to being published: its source is not that of its plan, or files vanished from the destination. */
export type RestartReason = 'source-changed' | 'reopened';

/** What comes of a setback: it is counted, and the video goes on after `delayMs`, or it is the last one. */
export type Recovery =
  | { readonly count: number; readonly delayMs: number }
  | { readonly count: number; readonly failure: Failure };

/** A source that differs at every look has no plan that could be finished, and a leaky destination no whole copy. */
const maxRestarts = 5;

const finalFailures: Readonly<Record<RestartReason, Failure>> = {
  'source-changed': failureWith('source.changed', 'its playlists or files are different each time they are read'),
  reopened: failureWith('store.status', 'its files vanish from the destination each time they are copied'),
};

/**
 * What to do after a setback: go on after a delay that doubles each time, or give up at the fifth in a row.
 *
 * @param random - uniform in [0, 1), spreads the delays
 */
export function planRestart(
  setback: RestartReason,
  { restarts = 0 }: Pick<VideoRecord, 'restarts'>,
  random: () => number,
): Recovery {
  const count = restarts + 1;
  if (count >= maxRestarts) return { count, failure: finalFailures[setback] };
  const { baseDelayMs, maxDelayMs } = defaultRetryLimits;
  return { count, delayMs: jittered(Math.min(maxDelayMs, baseDelayMs * 2 ** restarts), random) };
}
