import { backoffMs, jittered } from './waiting/backoff.ts';
import { failureWith } from './failure.ts';
import type { Failure } from './failure.ts';
import { defaultRetryLimits } from './settle.ts';
import type { VideoRecord } from './video.ts';

/** Why a video has to start again: its source no longer matches its plan, or files have vanished from the destination. */
export type RestartReason = 'source-changed' | 'reopened';

/** The outcome of a restart: the new count, and either a delay or the failure of a video that has used up its restarts. */
export type RestartPlan =
  | { readonly count: number; readonly delayMs: number }
  | { readonly count: number; readonly failure: Failure };

/** A source that differs at every crawl allows no plan to be finished, and a destination that loses files no whole copy. */
const maxRestarts = 5;

const finalFailures: Readonly<Record<RestartReason, Failure>> = {
  'source-changed': failureWith('source.changed', 'its playlists or files are different each time they are read'),
  reopened: failureWith('store.status', 'its files vanish from the destination each time they are copied'),
};

function unreadByTransfer(failure: Failure): Failure {
  const means = 'in a cluster, name the same catalogue and headers to flants transfer as to the crawler';
  const message = `its playlists can be read where it is planned, and not where its files are copied: ${failure.message}; ${means}`;
  return { ...failure, message };
}

/**
 * Plans the restart of a video: after a delay that doubles each time, or never, at the fifth restart in a row.
 *
 * @param before.unread - why its playlists, which the crawler reads, could not be read by who copies its files
 * @param random - uniform in [0, 1), spreads the delays
 */
export function planRestart(
  reason: RestartReason,
  { restarts = 0, unread }: Pick<VideoRecord, 'restarts'> & { readonly unread?: Failure | undefined },
  random: () => number,
): RestartPlan {
  const count = restarts + 1;
  if (count >= maxRestarts) return { count, failure: unread ? unreadByTransfer(unread) : finalFailures[reason] };
  return { count, delayMs: jittered(backoffMs(defaultRetryLimits, restarts), random) };
}
