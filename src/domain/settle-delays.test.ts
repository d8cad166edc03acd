import { describe, expect, test } from 'vitest';
import { alwaysMost, batchOf, copied, failed, fateOfFirst, settled } from '../../test/model/settling.ts';
import { failureWith } from './failure.ts';
import { defaultRetryLimits, settle } from './settle.ts';
import type { Settlement } from './settle.ts';

const { maxDelayMs } = defaultRetryLimits;

describe('delays', () => {
  const delayAfter = (tries: number, random: () => number): number | undefined =>
    settle(batchOf(2, { tries: { 0: tries } }), [failed(0, 'source.status'), copied(1)], 'finished', random, {
      ...defaultRetryLimits,
      maxTries: 99,
    }).resend[0]?.delayMs;

  test('double with each try up to the longest, and are spread over their upper half', () => {
    expect([0, 1, 2, 3].map((tries) => delayAfter(tries, alwaysMost))).toEqual([500, 1000, 2000, 4000]);
    expect([0, 1, 2, 3].map((tries) => delayAfter(tries, () => 0))).toEqual([250, 500, 1000, 2000]);
    expect(delayAfter(40, alwaysMost)).toBe(maxDelayMs);
  });

  test('of a wait grow with the waits', () => {
    const { resend } = settled(batchOf(1, { waits: 4 }), [failed(0, 'source.throttled')]);
    expect(resend[0]?.delayMs).toBe(8000);
  });

  test('keep the whole batch away as long as the other side asked', () => {
    const throttled = failureWith('source.throttled', '429', { retryAfterMs: 90_000 });
    const { resend } = settled(batchOf(4), [
      failed(0, throttled),
      failed(1, 'source.status'),
      failed(2, 'source.gone'),
    ]);
    expect(resend.map(({ files, delayMs }) => [files, delayMs])).toEqual([
      [[[1, 2]], 90_000], [[[0, 1]], 90_000], [[[2, 3]], 90_000], [[[3, 4]], 90_000],
    ]); // prettier-ignore
  });
});

describe('files that wait for what is down', () => {
  const patiently = (patienceLeftMs: number | undefined, waits = 0): Settlement =>
    settle(
      batchOf(2, { waits }),
      [failed(0, 'source.timeout'), failed(1, 'source.unreachable')],
      'origin-down',
      alwaysMost,
      patienceLeftMs === undefined ? defaultRetryLimits : { ...defaultRetryLimits, patienceLeftMs },
    );

  test('go out together, uncharged and marked, no later than when the patience with it is over', () => {
    const remainder = { files: [[0, 2]], tries: {}, waits: 6, stalled: true };
    expect(patiently(undefined, 5).resend).toMatchObject([{ ...remainder, delayMs: 16_000 }]);
    expect(patiently(700, 5).resend).toMatchObject([{ ...remainder, delayMs: 700 }]);
  });

  test('fail with their own reasons when it is over', () => {
    const { failed: given, resend } = patiently(0);
    expect(given.map(({ index, failure }) => [index, failure.code])).toEqual([
      [0, 'source.timeout'],
      [1, 'source.unreachable'],
    ]);
    expect(resend).toEqual([]);
  });

  test('are also those that were not asked for', () => {
    const silent = failureWith('source.silent', 'not asked for', { retryAfterMs: 20_000 });
    expect(fateOfFirst(silent).resend).toMatchObject([{ stalled: true, waits: 1, delayMs: 20_000 }]);
  });

  test.each([
    failureWith('store.throttled', 'later', { status: 503 }),
    failureWith('store.throttled', 'in a minute', { status: 503, retryAfterMs: 60_000 }),
    failureWith('source.status', 'in a minute', { status: 502, retryAfterMs: 60_000 }),
    failureWith('source.throttled', 'slower', { status: 429 }),
  ])('are also those that a server asks to come back later for: $status $message', (later) => {
    expect(fateOfFirst(later).resend).toMatchObject([{ stalled: true, waits: 1 }]);
    expect(fateOfFirst(later).resend[0]?.delayMs).toBeGreaterThanOrEqual(later.retryAfterMs ?? 0);
  });

  test('are not those that wait for this machine, or for another write to the same key', () => {
    for (const other of [
      failureWith('machine.limit', 'no descriptor is left'),
      failureWith('store.status', 'another write is under way', { status: 409, retryAfterMs: 1_000 }),
    ]) {
      expect(fateOfFirst(other).resend).toMatchObject([{ waits: 1 }]);
      expect(fateOfFirst(other).resend[0]).not.toHaveProperty('stalled');
    }
  });
});
