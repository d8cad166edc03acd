import { expect, it } from 'vitest';
import { isFresh } from './freshness.ts';

const now = Date.UTC(2026, 10, 23, 12);
const hour = 3_600_000;

it.each([
  ['an hour ago', -1, true],
  ['at the end of the window', -24, true],
  ['before the window', -24.01, false],
  ['in a moment, by a clock that goes fast', 0.1, true],
  ['tomorrow, as a schedule says', 24, true],
  ['in a future that is a mistake', 24.01, false],
])('a video recorded %s is fresh or not', (_, hours, expected) => {
  const recordedAt = new Date(now + hours * hour).toISOString();
  expect(isFresh({ recordedAt }, { freshWindowMs: 24 * hour, now })).toBe(expected);
});

it('a video without a date is not fresh', () => {
  expect(isFresh({}, { freshWindowMs: 24 * hour, now })).toBe(false);
});
