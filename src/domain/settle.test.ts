import { describe, expect, test } from 'vitest';
import { batchOf, copied, failed, fateOfFirst, settled } from '../../test/model/settling.ts';
import type { BatchEnd } from './batch.ts';
import { failureWith } from './failure.ts';
import type { Outcome } from './outcome.ts';
import { defaultRetryLimits } from './settle.ts';

const { maxTries, maxWaits } = defaultRetryLimits;

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
    const throttled = settled(batchOf(1, { tries: { 0: 2 }, waits: 3 }), [failed(0, 'source.throttled')]);
    expect(throttled.resend).toMatchObject([{ tries: { 0: 2 }, waits: 4 }]);
  });

  test('waits begin anew where another file was served', () => {
    for (const waits of [3, maxWaits]) {
      const { resend } = fateOfFirst('source.throttled', { waits });
      expect(resend).toMatchObject([{ tries: {}, waits: 1, delayMs: defaultRetryLimits.baseDelayMs }]);
    }
  });

  test('one wait too many costs a try, and the waits begin anew', () => {
    const throttled = [failed(0, 'store.throttled')];
    expect(settled(batchOf(1, { waits: maxWaits }), throttled).resend).toMatchObject([{ tries: { 0: 1 }, waits: 0 }]);
    expect(settled(batchOf(1, { waits: maxWaits, tries: { 0: 2 } }), throttled).failed).toHaveLength(1);
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
