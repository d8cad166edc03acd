import { minute, second } from '../../domain/units.ts';

/** Delays before a process that ended is started again. */
export interface RestartDelays {
  readonly firstMs: number;
  /** The delay doubles up to this. */
  readonly longestMs: number;
  /** A process that ran for at least this time is restarted after `firstMs` again. */
  readonly forgivenAfterMs: number;
}

/** Short after a single crash, long while Redis is unreachable. */
export const defaultRestartDelays: RestartDelays = {
  firstMs: second / 2,
  longestMs: 30 * second,
  forgivenAfterMs: minute,
};

/**
 * Returns the delay before the next start.
 *
 * @param lastMs - the delay before the start of the process that ended; 0 for its first start
 * @param livedMs - how long that process ran
 */
export function restartDelayMs(
  { firstMs, longestMs, forgivenAfterMs }: RestartDelays,
  lastMs: number,
  livedMs: number,
): number {
  if (lastMs === 0 || livedMs >= forgivenAfterMs) return firstMs;
  return Math.min(longestMs, 2 * lastMs);
}
