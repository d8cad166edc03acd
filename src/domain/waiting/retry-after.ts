import { minute, second } from '../units.ts';

/** The longest `Retry-After` that is honoured, where nobody says otherwise. */
const usualMaxMs = 10 * minute;

/**
 * Parses a Retry-After header to milliseconds, from 0 to the longest that is honoured. RFC 9110 section 10.2.3.
 *
 * @param value - seconds or an HTTP date
 * @returns undefined for anything else
 */
export function parseRetryAfter(value: string, nowMs: number, maxMs: number = usualMaxMs): number | undefined {
  const waitMs = /^\s*\d+\s*$/.test(value) ? Number(value) * second : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(maxMs, Math.max(0, waitMs));
}
