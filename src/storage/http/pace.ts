import { KiB, minute, second } from '../../domain/units.ts';

/** The lowest average over `windowMs` at which a body is still awaited. */
export const slowest = { bytesPerSecond: 1 * KiB, windowMs: minute } as const;

/**
 * How fast a body comes. Silence has a time-out of its own; this one is for a source that sends a little now and
 * then, for ever. Time while the reader holds the connection back does not count.
 *
 * All times are of a clock that never goes back.
 */
export class Pace {
  #sinceMs: number;
  #bytes = 0;
  #pausedAtMs: number | undefined;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Counts what came; false when too little has. */
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
