import { expect, it } from 'vitest';
import { formatRate, formatRemaining, formatShare } from './format.ts';

it('says rates by the second', () => {
  expect(formatRate(12_582_912)).toBe('12.0 MiB/s');
});

it('rounds a guess', () => {
  expect(formatRemaining({ remainingMs: 185_000, remainingIsGuess: true })).toBe('about 3 min');
  expect(formatRemaining({ remainingMs: 185_000 })).toBe('3 min 05 s');
});

it('says 100% only when nothing is missing', () => {
  expect([formatShare(0, 0), formatShare(0, 10), formatShare(99_999, 100_000), formatShare(10, 10)]).toEqual([
    '0%',
    '0%',
    '99%',
    '100%',
  ]);
});
