import { minute, second } from '../../domain/units.ts';

/** How soon a process that ended is started again. */
export interface RestartDelays {
  readonly firstMs: number;
  /** The wait doubles up to this. */
  readonly longestMs: number;
  /** A life as long as this makes the next wait the first again. */
  readonly forgivenAfterMs: number;
}

/** Patient with a Redis that is away, and quick after a single crash. */
export const defaultRestartDelays: RestartDelays = {
  firstMs: second / 2,
  longestMs: 30 * second,
  forgivenAfterMs: minute,
};

/**
 * The wait before the next start.
 *
 * @param lastMs - the wait before the life that ended; 0 before the first
 * @param livedMs - how long that life was
 */
export function restartDelayMs(
  { firstMs, longestMs, forgivenAfterMs }: RestartDelays,
  lastMs: number,
  livedMs: number,
): number {
  if (lastMs === 0 || livedMs >= forgivenAfterMs) return firstMs;
  return Math.min(longestMs, 2 * lastMs);
}
