import { KiB, minute, second } from '../../domain/units.ts';

/** The minimum average over `windowMs`. Slower bodies are abandoned. */
export const slowest = { bytesPerSecond: 1 * KiB, windowMs: minute } as const;

/**
 * Measures how fast a body arrives, to abandon a source that sends a little now and then for ever. Silence has a
 * time-out of its own. Time during which the reader pauses the connection does not count.
 *
 * All times are of a monotonic clock.
 */
export class Pace {
  #sinceMs: number;
  #bytes = 0;
  #pausedAtMs: number | undefined;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Counts bytes that arrived. Returns false if the body has become too slow. */
  keepsUp(bytes: number, nowMs: number): boolean {
    this.#bytes += bytes;
    const lastedMs = nowMs - this.#sinceMs;
    if (lastedMs < slowest.windowMs) return true;
    const isEnough = this.#bytes >= (lastedMs / second) * slowest.bytesPerSecond;
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    return isEnough;
  }

  pause(nowMs: number): void {
    this.#pausedAtMs ??= nowMs;
  }

  resume(nowMs: number): void {
    if (this.#pausedAtMs === undefined) return;
    this.#sinceMs += nowMs - this.#pausedAtMs;
    this.#pausedAtMs = undefined;
  }
}
