import { minute, second } from '../domain/units.ts';

/** Delays of a job whose handler threw. They double with each error in a row. */
export interface ErrorDelays {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Half a second up to a minute. */
export const defaultErrorDelays: ErrorDelays = { baseDelayMs: 0.5 * second, maxDelayMs: minute };

/** The delay in milliseconds after an error, when `errors` errors in a row came before it. */
export function errorDelayMs({ baseDelayMs, maxDelayMs }: ErrorDelays, errors: number): number {
  return Math.min(maxDelayMs, baseDelayMs * 2 ** errors);
}
