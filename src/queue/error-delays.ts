import type { Backoff } from '../domain/waiting/backoff.ts';
import { minute, second } from '../domain/units.ts';

/** Delays of a job whose handler threw, by its errors in a row: half a second up to a minute. */
export const defaultErrorDelays: Backoff = { baseDelayMs: 0.5 * second, maxDelayMs: minute };
