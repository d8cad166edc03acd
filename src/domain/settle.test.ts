import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchEnd, BatchJob } from './batch.ts';
import { chargeOf, failureCodes, failureWith } from './failure.ts';
import type { Failure } from './failure.ts';
import { indicesOf } from './index-ranges.ts';
import type { Outcome } from './outcome.ts';
import { defaultRetryLimits, settle } from './settle.ts';
import type { RetryLimits, Settlement } from './settle.ts';

const { maxTries, maxWaits, maxDelayMs } = defaultRetryLimits;
const alwaysMost = (): number => 0.999_999;

function batchOf(size: number, more: Partial<BatchJob> = {}): BatchJob {
  return {
    format: 1,
    id: 'b',
    video: 'v',
    generation: 'g',
    revision: 'r',
    files: [[0, size]],
    tries: {},
    waits: 0,
    fresh: false,
    ...more,
  };
}

function copied(index: number): Outcome {
  const known = { key: `${index}`, url: '', sizeBytes: 1, crc32: '', source: {}, proof: 'written' } as const;
  return {
    index,
    kind: 'copied',
    evidence: { ...known, generation: 'g', tries: 1, durationMs: 1, worker: 'w', at: '' },
  };
}

function failed(index: number, failure: Failure | Failure['code']): Outcome {
  const value = typeof failure === 'string' ? failureWith(failure, failure) : failure;
  return {
    index,
    kind: 'failed',
    failure: { key: `${index}`, url: '', failure: value, generation: 'g', tries: 1, worker: 'w', at: '' },
  };
}

const settled = (batch: BatchJob, outcomes: readonly Outcome[], end: BatchEnd = 'finished'): Settlement =>
  settle(batch, outcomes, end, alwaysMost);

/** What became of file 0 when file 1 of the same batch was copied. */
const fateOfFirst = (failure: Failure | Failure['code'], more: Partial<BatchJob> = {}): Settlement =>
  settled(batchOf(2, more), [failed(0, failure), copied(1)]);

describe('files that wait for what is down', () => {
  const patiently = (patienceLeftMs: number | undefined, waits = 0): Settlement =>
    settle(
      batchOf(3, { waits }),
      [copied(0), failed(1, 'source.timeout'), failed(2, 'source.unreachable')],
      'origin-down',
      alwaysMost,
      patienceLeftMs === undefined ? defaultRetryLimits : { ...defaultRetryLimits, patienceLeftMs },
    );

  test('go out together, uncharged and marked, no later than when the patience with it is over', () => {
    const remainder = { files: [[1, 3]], tries: {}, waits: 6, stalled: true };
    expect(patiently(undefined, 5).resend).toMatchObject([{ ...remainder, delayMs: 16_000 }]);
    expect(patiently(700, 5).resend).toMatchObject([{ ...remainder, delayMs: 700 }]);
  });

  test('fail with their own reasons when it is over', () => {
    const { failed: given, resend } = patiently(0);
    expect(given.map(({ index, failure }) => [index, failure.code])).toEqual([
      [1, 'source.timeout'],
      [2, 'source.unreachable'],
    ]);
    expect(resend).toEqual([]);
  });

  test('do not fail where they were not asked for, before they have waited as often as is free', () => {
    const silent = failureWith('source.silent', 'not asked for', { retryAfterMs: 20_000 });
    const impatient = { ...defaultRetryLimits, patienceLeftMs: 0 };
    const settledAfter = (waits: number): Settlement =>
      settle(batchOf(1, { waits }), [failed(0, silent)], 'origin-down', alwaysMost, impatient);
    expect(settledAfter(maxWaits - 1)).toMatchObject({ failed: [], resend: [{ stalled: true, waits: maxWaits }] });
    expect(settledAfter(0)).toMatchObject({ failed: [], resend: [{ stalled: true, waits: 1, delayMs: 20_000 }] });
    expect(settledAfter(maxWaits)).toMatchObject({ failed: [], resend: [{ tries: { 0: 1 }, waits: 0 }] });
  });

  test('are also those that a server error sends away without a time', () => {
    const later = failureWith('store.throttled', 'later', { status: 503 });
    expect(fateOfFirst(later).resend).toMatchObject([{ stalled: true }]);
    for (const other of [
      failureWith('store.throttled', 'in a minute', { status: 503, retryAfterMs: 60_000 }),
      failureWith('source.throttled', 'slower', { status: 429 }),
    ]) {
      expect(fateOfFirst(other).resend).toMatchObject([{ waits: 1 }]);
      expect(fateOfFirst(other).resend[0]).not.toHaveProperty('stalled');
    }
  });
});

describe('what was heard of a file decides its fate', () => {
  test('copied and unchanged files are done', () => {
    const outcomes: Outcome[] = [copied(0), { ...copied(1), kind: 'unchanged' } as Outcome];
    expect(settled(batchOf(2), outcomes)).toEqual({ done: [0, 1], failed: [], resend: [], recrawl: false });
  });

  test('a final failure is failed at once, with its reason', () => {
    const failure = failureWith('store.conflict', 'something else stands there');
    expect(fateOfFirst(failure)).toMatchObject({ done: [1], failed: [{ index: 0, failure }], resend: [] });
  });

  test('a 404 fails at once in the backlog, and has its tries in a fresh video', () => {
    expect(fateOfFirst('source.not-found').failed).toHaveLength(1);
    expect(fateOfFirst('source.not-found', { fresh: true })).toMatchObject({
      failed: [],
      resend: [{ files: [[0, 1]], tries: { 0: 1 } }],
    });
    expect(fateOfFirst('source.not-found', { fresh: true, tries: { 0: maxTries - 1 } }).failed).toHaveLength(1);
  });

  test('a broken body costs one try, until they are spent', () => {
    expect(fateOfFirst('source.short-body')).toMatchObject({
      failed: [],
      resend: [{ files: [[0, 1]], tries: { 0: 1 }, waits: 0, renew: false }],
    });
    expect(fateOfFirst('source.short-body', { tries: { 0: 1 } }).resend).toMatchObject([{ tries: { 0: 2 } }]);
    expect(fateOfFirst('source.short-body', { tries: { 0: 2 } })).toMatchObject({ failed: [{ index: 0 }], resend: [] });
  });

  test('a throttle costs no try, only a wait', () => {
    expect(fateOfFirst('source.throttled', { tries: { 0: 2 }, waits: 3 }).resend).toMatchObject([
      { tries: { 0: 2 }, waits: 4 },
    ]);
  });

  test('one wait too many costs a try, and the waits begin anew', () => {
    expect(fateOfFirst('store.throttled', { waits: maxWaits }).resend).toMatchObject([{ tries: { 0: 1 }, waits: 0 }]);
    expect(fateOfFirst('store.throttled', { waits: maxWaits, tries: { 0: 2 } }).failed).toHaveLength(1);
  });

  test('a URL that has run out is renewed at once for a try, also after a try of another kind', () => {
    expect(fateOfFirst('source.denied').resend).toMatchObject([{ tries: { 0: 1 }, delayMs: 0, renew: true }]);
    expect(fateOfFirst('source.gone', { tries: { 0: 1 } }).resend).toMatchObject([{ tries: { 0: 2 }, renew: true }]);
    expect(fateOfFirst('source.gone', { tries: { 0: 2 } })).toMatchObject({ failed: [{ index: 0 }], resend: [] });
  });

  test('missing rights halt the run, and the file stays open', () => {
    expect(fateOfFirst('store.denied')).toMatchObject({
      done: [1],
      failed: [],
      resend: [],
      halt: { code: 'store.denied' },
    });
  });

  test('a source that changed is crawled again, and the file stays open', () => {
    const settlement = fateOfFirst('source.changed');
    expect(settlement).toMatchObject({ done: [1], failed: [], resend: [], recrawl: true });
    expect(settlement).not.toHaveProperty('halt');
  });

  test('nobody is charged for the silence of an origin that is down as a whole', () => {
    const batch = batchOf(3, { tries: { 0: 2 } });
    const outcomes = [failed(0, 'source.unreachable'), failed(1, 'source.timeout'), failed(2, 'source.short-body')];
    expect(settled(batch, outcomes, 'origin-down')).toMatchObject({
      failed: [],
      resend: [
        { files: [[2, 3]], tries: { 2: 1 }, waits: 0 },
        { files: [[0, 2]], tries: { 0: 2 }, waits: 1 },
      ],
    });
    expect(settled(batchOf(1, { waits: maxWaits }), [failed(0, 'source.timeout')], 'origin-down').resend).toMatchObject(
      [{ tries: { 0: 1 }, waits: 0 }],
    );
  });

  test('nor for that of a destination; each side answers for itself', () => {
    const outcomes = [failed(0, 'store.unreachable'), failed(1, 'store.timeout'), failed(2, 'source.timeout')];
    expect(settled(batchOf(3), outcomes, 'store-down').resend).toMatchObject([
      { files: [[2, 3]], tries: { 2: 1 } },
      { files: [[0, 2]], tries: {}, waits: 1 },
    ]);
    expect(settled(batchOf(3), outcomes, 'origin-down').resend).toMatchObject([
      { files: [[0, 2]], tries: { 0: 1, 1: 1 } },
      { files: [[2, 3]], tries: {}, waits: 1 },
    ]);
  });

  test('silence is charged while the origin answers others', () => {
    const silence = [failed(0, 'source.timeout'), failed(1, 'source.unreachable')];
    expect(settled(batchOf(2), silence).resend).toMatchObject([{ tries: { 0: 1, 1: 1 } }]);
  });

  test('the same word said twice, or about another batch, counts for nothing', () => {
    const doubled = [failed(0, 'source.timeout'), failed(0, 'source.timeout'), failed(7, 'source.timeout')];
    expect(settled(batchOf(1), doubled).resend).toMatchObject([{ files: [[0, 1]], tries: { 0: 1 } }]);
    expect(settled(batchOf(1), [copied(0), copied(7)]).done).toEqual([0]);
  });
});

describe('silence about a file', () => {
  test.each<BatchEnd>(['finished', 'stopped'])(
    "is nobody's fault when the worker %s: it goes out again at once",
    (end) => {
      const settlement = settled(batchOf(3, { tries: { 2: 1 }, waits: 4 }), [copied(0)], end);
      expect(settlement.resend).toEqual([{ files: [[1, 3]], tries: { 2: 1 }, waits: 4, delayMs: 0, renew: false }]);
    },
  );

  test('about all of them, though the worker finished, is a wait, so that it cannot go on for ever', () => {
    expect(settled(batchOf(2), []).resend).toMatchObject([{ files: [[0, 2]], tries: {}, waits: 1, delayMs: 500 }]);
    expect(settled(batchOf(2), [], 'stopped').resend).toMatchObject([{ files: [[0, 2]], waits: 0, delayMs: 0 }]);
    expect(settled(batchOf(2, { waits: maxWaits, tries: { 0: 2 } }), [])).toMatchObject({
      failed: [{ index: 0 }],
      resend: [{ tries: { 1: 1 } }],
    });
  });

  test('goes out alone after a lost worker, and in company after any other end', () => {
    expect(settled(batchOf(4), [], 'worker-lost').resend).toMatchObject([{ alone: true }, { alone: true }]);
    expect(settled(batchOf(1), [], 'worker-lost').resend).toMatchObject([{ alone: true }]);
    expect(settled(batchOf(4, { alone: true }), [copied(0)], 'finished').resend).not.toMatchObject([{ alone: true }]);
  });

  test('of a lost worker with company is halved without charge', () => {
    const { resend, failed: lost } = settled(batchOf(6, { tries: { 4: 1 } }), [copied(0)], 'worker-lost');
    expect(lost).toEqual([]);
    expect(resend).toMatchObject([
      { files: [[1, 4]], tries: {} },
      { files: [[4, 6]], tries: { 4: 1 } },
    ]);
  });

  test('of a lost worker about one file charges that file', () => {
    expect(settled(batchOf(2), [copied(0)], 'worker-lost').resend).toMatchObject([
      { files: [[1, 2]], tries: { 1: 1 } },
    ]);
    const last = settled(batchOf(1, { tries: { 0: 2 } }), [], 'worker-lost');
    expect(last).toMatchObject({ failed: [{ index: 0, failure: { code: 'worker.lost' } }], resend: [] });
  });

  test('of a lost worker that told everything means nothing', () => {
    expect(settled(batchOf(1), [copied(0)], 'worker-lost')).toMatchObject({ done: [0], resend: [] });
  });
});

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
    expect(fateOfFirst('source.throttled', { waits: 4 }).resend[0]?.delayMs).toBe(8000);
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
