import { KiB, minute, second } from '../../domain/units.ts';

/** The minimum average over `windowMs`. Slower bodies are abandoned. */
export interface SlowestPace {
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

/** Of bodies of which nothing else is said. */
const usualSlowest: SlowestPace = { bytesPerSecond: 1 * KiB, windowMs: minute };
/** Of texts in whose way others are: a source that sends less drips, and would hold its place for the minute. */
export const slowestOfText: SlowestPace = { bytesPerSecond: KiB / 4, windowMs: 10 * second };

/**
 * Measures how fast a body arrives, to abandon a source that sends a little now and then for ever. Silence has a
 * time-out of its own. Time during which the reader pauses the connection does not count.
 *
 * It begins with the first bytes: a source may answer, and then think. All times are of a monotonic clock.
 */
export class Pace {
  readonly #slowest: SlowestPace;
  #sinceMs: number | undefined;
  #bytes = 0;
  #pausedAtMs: number | undefined;

  constructor(slowest = usualSlowest) {
    this.#slowest = slowest;
  }

  /** Counts bytes that arrived. Returns false if the body has become too slow. */
  keepsUp(bytes: number, nowMs: number): boolean {
    const { bytesPerSecond, windowMs } = this.#slowest;
    this.#bytes += bytes;
    const lastedMs = nowMs - (this.#sinceMs ??= nowMs);
    if (lastedMs < windowMs) return true;
    const isEnough = this.#bytes >= (lastedMs / second) * bytesPerSecond;
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    return isEnough;
  }

  pause(nowMs: number): void {
    this.#pausedAtMs ??= nowMs;
  }

  resume(nowMs: number): void {
    if (this.#pausedAtMs === undefined) return;
    if (this.#sinceMs !== undefined) this.#sinceMs += nowMs - this.#pausedAtMs;
    this.#pausedAtMs = undefined;
  }
}
