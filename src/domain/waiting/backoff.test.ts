import { expect, test } from 'vitest';
import { backoffMs, jittered } from './backoff.ts';

const backoff = { baseDelayMs: 100, maxDelayMs: 1_000 };

test('delays double up to the longest, however often it was tried', () => {
  expect([0, 1, 2, 3, 4, 5_000].map((others) => backoffMs(backoff, others))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

test('chance takes at most half of a delay, and adds nothing', () => {
  expect([0, 0.5, 0.999].map((random) => jittered(1_000, () => random))).toEqual([500, 750, 1_000]);
});
