import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysMost, batchOf, copied, failed } from '../../test/model/settling.ts';
import type { BatchEnd, BatchJob } from './batch.ts';
import { chargeOf, failureCodes, failureWith } from './failure.ts';
import type { Failure } from './failure.ts';
import { indicesOf } from './index-ranges.ts';
import type { Outcome } from './outcome.ts';
import { settle } from './settle.ts';
import type { RetryLimits } from './settle.ts';

describe('whatever a worker says or does', () => {
  const failures = fc
    .record({ code: fc.constantFrom(...failureCodes), retryAfterMs: fc.option(fc.nat(5000), { nil: undefined }) })
    .map(({ code, retryAfterMs }) => failureWith(code, code, retryAfterMs === undefined ? {} : { retryAfterMs }));
  const words = fc.oneof(fc.constant('silent' as const), fc.constant('copied' as const), failures);
  const limits = fc.record<RetryLimits>({
    maxTries: fc.integer({ min: 1, max: 4 }), maxWaits: fc.nat(3), baseDelayMs: fc.constant(500), maxDelayMs: fc.constant(4000),
  }); // prettier-ignore
  const ends = fc.constantFrom<BatchEnd>('finished', 'stopped', 'worker-lost', 'origin-down', 'store-down');
  const outcomesOf = (batch: BatchJob, said: (index: number) => 'silent' | 'copied' | Failure): Outcome[] =>
    [...indicesOf(batch.files)].flatMap((index) => {
      const word = said(index);
      return word === 'silent' ? [] : word === 'copied' ? [copied(index)] : [failed(index, word)];
    });

  test('no file is lost or counted twice, and no bound is passed', () => {
    const batches = fc.array(words, { minLength: 1, maxLength: 8 }).chain((said) =>
      fc.record({
        said: fc.constant(said),
        tries: fc.array(fc.nat(3), { minLength: said.length, maxLength: said.length }),
        waits: fc.nat(3),
        fresh: fc.boolean(),
        end: ends,
        limits,
      }),
    );
    fc.assert(
      fc.property(batches, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, random) => {
        const tries = Object.fromEntries(
          given.tries.map((count, index) => [index, Math.min(count, given.limits.maxTries - 1)]),
        );
        const batch = batchOf(given.said.length, {
          tries,
          waits: Math.min(given.waits, given.limits.maxWaits),
          fresh: given.fresh,
        });
        const outcomes = outcomesOf(batch, (index) => given.said[index] ?? 'silent');
        const settlement = settle(batch, outcomes, given.end, () => random, given.limits);

        const resent = settlement.resend.flatMap(({ files }) => [...indicesOf(files)]);
        const left = outcomes.filter((outcome) => {
          const charge = outcome.kind === 'failed' ? chargeOf(outcome.failure.failure) : undefined;
          return charge === 'recrawl' || charge === 'halt';
        });
        const everyFile = [
          ...settlement.done,
          ...settlement.failed.map(({ index }) => index),
          ...resent,
          ...left.map(({ index }) => index),
        ];
        expect(everyFile.toSorted((a, b) => a - b)).toEqual([...indicesOf(batch.files)]);
        expect(left.length > 0).toBe(settlement.recrawl || settlement.halt !== undefined);

        const longest = Math.max(
          given.limits.maxDelayMs,
          ...outcomes.map((o) => (o.kind === 'failed' ? (o.failure.failure.retryAfterMs ?? 0) : 0)),
        );
        for (const remainder of settlement.resend) {
          expect(remainder.waits).toBeLessThanOrEqual(given.limits.maxWaits);
          expect(remainder.delayMs).toBeLessThanOrEqual(longest);
          const carried = Object.entries(remainder.tries);
          expect(
            carried.every(
              ([index, count]) => resent.includes(Number(index)) && count > 0 && count < given.limits.maxTries,
            ),
          ).toBe(true);
          for (const index of indicesOf(remainder.files))
            expect(remainder.tries[index] ?? 0).toBeGreaterThanOrEqual(tries[index] ?? 0);
        }
      }),
    );
  });

  test('every file comes to an end, unless people keep stopping the worker', () => {
    const script = fc.array(
      fc.tuple(
        fc.array(words, { minLength: 4, maxLength: 4 }),
        ends.filter((end) => end !== 'stopped'),
      ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(script, limits, fc.boolean(), (rounds, bounds, fresh) => {
        const queue = [batchOf(4, { fresh })];
        let round = 0;
        for (let batch = queue.shift(); batch; batch = queue.shift()) {
          const [said, end] = rounds[round % rounds.length] ?? [[], 'finished'];
          const settlement = settle(
            batch,
            outcomesOf(batch, (index) => said[index] ?? 'silent'),
            end,
            alwaysMost,
            bounds,
          );
          for (const { files, tries, waits } of settlement.resend) queue.push({ ...batch, files, tries, waits });
          expect(++round).toBeLessThan(4 * (bounds.maxTries + 1) * (bounds.maxWaits + 2) * 4);
        }
      }),
    );
  });

  test('a file that kills its worker fails alone, and costs its neighbours nothing', () => {
    const poison = 37;
    const queue = [batchOf(100)];
    const done = new Set<number>();
    const lost: number[] = [];
    let rounds = 0;
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      expect(++rounds).toBeLessThan(50);
      const before = [...indicesOf(batch.files)].includes(poison) ? [] : [...indicesOf(batch.files)].map(copied);
      const settlement = settle(batch, before, before.length === 0 ? 'worker-lost' : 'finished', alwaysMost);
      for (const index of settlement.done) done.add(index);
      lost.push(...settlement.failed.map(({ index }) => index));
      for (const { files, tries, waits } of settlement.resend) {
        if (!(poison in tries)) expect(tries).toEqual({});
        queue.push({ ...batch, files, tries, waits });
      }
    }
    expect(lost).toEqual([poison]);
    expect(done.size).toBe(99);
  });
});
