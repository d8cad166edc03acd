import { minute, second } from '../domain/units.ts';

/** How long a job stays away whose handler threw: doubled each time in a row. */
export interface ErrorDelays {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** From half a second up to a minute. */
export const defaultErrorDelays: ErrorDelays = { baseDelayMs: 0.5 * second, maxDelayMs: minute };

/** How long a job stays away now, in milliseconds, when its handler had thrown `errors` times in a row before. */
export function errorDelayMs({ baseDelayMs, maxDelayMs }: ErrorDelays, errors: number): number {
  return Math.min(maxDelayMs, baseDelayMs * 2 ** errors);
}
