/** Delays between tries: each twice as long as the one before, up to the longest. */
export interface Backoff {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** The delay before the next try, after so many others in a row. */
export function backoffMs({ baseDelayMs, maxDelayMs }: Backoff, others: number): number {
  return Math.min(maxDelayMs, baseDelayMs * 2 ** others);
}

/** A delay spread over its second half, so that many do not return at once and the longest stays the longest. */
export function jittered(delayMs: number, random: () => number): number {
  return Math.round(delayMs * (0.5 + random() / 2));
}
