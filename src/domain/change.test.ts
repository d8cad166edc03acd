import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasBit } from './bits.ts';
import type { Bits } from './bits.ts';
import { after } from '../../test/model/tally-after.ts';
import { applyChange } from './change.ts';
import type { Change, Tally } from './change.ts';
import { failureWith } from './failure.ts';

const invalid = failureWith('hls.empty', 'no segments');
const of = { generation: 'g1', revision: 'r1' } as const;

function setBits(bits: Bits): number[] {
  return Array.from({ length: bits.length * 8 }, (_, index) => index).filter((index) => hasBit(bits, index));
}

const opened: Change = { type: 'open', generation: 'g0' };
const registered: Change = { type: 'register', seen: 'g0', ...of, total: 10, done: [0, 1] };
const record = (done: number[], failed: number[]): Change => ({ type: 'record', ...of, done, failed });
const register = (generation: string, revision: string, done: number[] = []): Change => ({
  type: 'register',
  seen: 'g1',
  generation,
  revision,
  total: 4,
  done,
});

describe('open', () => {
  test('makes a video that nobody knew', () => {
    expect(after(opened).record).toEqual({ generation: 'g0', total: 0, done: 0, failed: 0, accepted: 0 });
  });

  test('keeps plan, bits, hold and publication, forgets why it was invalid', () => {
    const before = after(
      opened,
      registered,
      { type: 'publish', ...of },
      { type: 'hold', generation: 'g1', hold: 'paused' },
    );
    const broken = after(
      opened,
      registered,
      { type: 'publish', ...of },
      { type: 'hold', generation: 'g1', hold: 'paused' },
      { type: 'invalidate', generation: 'g1', failure: invalid },
    );
    const again = applyChange(broken, { type: 'open', seen: 'g1', generation: 'g2' });
    expect(again).toEqual({ result: 'applied', tally: { ...before, record: { ...before.record, generation: 'g2' } } });
  });

  test('is stale when the generation is not the one that was seen', () => {
    const tally = after(opened);
    expect(applyChange(tally, { type: 'open', generation: 'g9' })).toEqual({ result: 'stale' });
    expect(applyChange(tally, { type: 'open', seen: 'other', generation: 'g9' })).toEqual({ result: 'stale' });
    expect(applyChange(undefined, { type: 'open', seen: 'g0', generation: 'g9' })).toEqual({ result: 'stale' });
  });
});

describe('register', () => {
  test('counts what is known to be there, and nothing else', () => {
    const { record: facts, done, failed } = after(opened, registered);
    expect(facts).toEqual({ ...of, total: 10, done: 2, failed: 0, accepted: 0 });
    expect([setBits(done), setBits(failed)]).toEqual([[0, 1], []]);
  });

  test('unsets every bit of the numbering before, also of the same revision', () => {
    for (const revision of ['r1', 'r2']) {
      const tally = after(
        opened,
        registered,
        record([5], [6]),
        { type: 'accept', ...of, files: [6] },
        register('g2', revision, [3]),
      );
      expect(tally.record).toEqual({ generation: 'g2', revision, total: 4, done: 1, failed: 0, accepted: 0 });
      expect([tally.done, tally.failed, tally.accepted].map(setBits)).toEqual([[3], [], []]);
    }
  });

  test('remembers that an older revision stands published, but wants this one proven anew', () => {
    const published = [opened, registered, { type: 'publish', ...of }] as const;
    expect(after(...published, register('g2', 'r2')).record.published).toBe('r1');
    expect(after(...published, register('g2', 'r1')).record).not.toHaveProperty('published');
  });

  test('keeps a hold, ends invalidity', () => {
    const tally = after(
      opened,
      registered,
      { type: 'hold', generation: 'g1', hold: 'cancelled' },
      { type: 'invalidate', generation: 'g1', failure: invalid },
      register('g2', 'r2'),
    );
    expect(tally.record.hold).toBe('cancelled');
    expect(tally.record).not.toHaveProperty('invalid');
  });

  test('told twice, it does not undo what was recorded in between', () => {
    const tally = after(opened, registered, record([5], []));
    expect(applyChange(tally, registered)).toEqual({ result: 'applied', tally });
  });

  test('the second of two that saw the same generation is stale', () => {
    expect(applyChange(after(opened, registered), { ...registered, generation: 'g9' })).toEqual({ result: 'stale' });
  });

  test('a plan with indices beyond its end counts only those within', () => {
    expect(after(opened, { ...registered, done: [-1, 2, 9, 10, 1.5] }).record.done).toBe(2);
  });
});

describe('first sight', () => {
  const restore: Change = { type: 'restore', ...of, total: 10, accepted: [[2, 4]] };

  test('takes hold and freshness along; a known video keeps its own', () => {
    const first = after({ ...opened, hold: 'paused', fresh: true });
    expect(first.record).toEqual({
      generation: 'g0',
      total: 0,
      done: 0,
      failed: 0,
      accepted: 0,
      hold: 'paused',
      fresh: true,
    });
    const again = applyChange(first, { type: 'open', seen: 'g0', generation: 'g1', hold: 'cancelled', fresh: false });
    expect(again).toMatchObject({ tally: { record: { generation: 'g1', hold: 'paused', fresh: true } } });
    expect(after({ ...opened, fresh: false }).record).not.toHaveProperty('fresh');
  });

  test('of a published video finds it whole and told, but for what was accepted', () => {
    const tally = after({ ...restore, hold: 'cancelled', fresh: true });
    expect(tally.record).toEqual({
      ...of, total: 10, done: 8, failed: 2, accepted: 2, published: 'r1', announced: 'published r1 without 2', hold: 'cancelled', fresh: true,
    }); // prettier-ignore
    expect([tally.done, tally.failed, tally.accepted].map(setBits)).toEqual([
      [0, 1, 4, 5, 6, 7, 8, 9],
      [2, 3],
      [2, 3],
    ]);
  });

  test('of a published video is refused where it is known, unless it was applied already', () => {
    expect(applyChange(after(opened, registered), { ...restore, generation: 'g2' })).toEqual({ result: 'stale' });
    expect(applyChange(after(opened), restore)).toEqual({ result: 'stale' });
    const since = after(restore, { type: 'reopen', ...of, files: [0] });
    expect(applyChange(since, restore)).toEqual({ result: 'applied', tally: since });
  });
});

test('putting forward and telling put their fact, which the next revision keeps', () => {
  const forward: Change = { type: 'prioritise', generation: 'g1', fresh: true };
  const tell: Change = { type: 'announce', generation: 'g1', announced: 'g1 copying' };
  expect(after(opened, registered, forward, tell, register('g2', 'r2')).record).toMatchObject({
    fresh: true,
    announced: 'g1 copying',
  });
  expect(after(opened, registered, forward, { ...forward, fresh: false }).record).not.toHaveProperty('fresh');
});

test('restarts add up over new plans, until it is published or given a fresh start', () => {
  const restart = (count: number, generation = 'g1'): Change => ({ type: 'restart', generation, count });
  const begun = [opened, registered, restart(1), restart(1)] as const;
  expect(after(...begun).record.restarts).toBe(1);
  const often = [...begun, register('g2', 'r2'), restart(2, 'g2')] as const;
  expect(after(...often).record.restarts).toBe(2);
  const over: readonly Change[] = [
    { type: 'publish', generation: 'g2', revision: 'r2' },
    { type: 'open', seen: 'g2', generation: 'g3' },
  ];
  for (const change of over) expect(after(...often, change).record).not.toHaveProperty('restarts');
});

describe('record', () => {
  test('sets bits once, however often it is told', () => {
    const tally = after(opened, registered, record([1, 2], [3]), record([2], [3]));
    expect(tally.record).toMatchObject({ done: 3, failed: 1 });
  });

  test('done outweighs failed, whichever comes first, and even together', () => {
    for (const changes of [
      [record([5], []), record([], [5])],
      [record([], [5]), record([5], [])],
      [record([5], [5])],
    ]) {
      expect(after(opened, registered, ...changes).record).toMatchObject({ done: 3, failed: 0 });
    }
  });

  test('a late copy of an accepted file makes it simply done', () => {
    const tally = after(opened, registered, record([], [5]), { type: 'accept', ...of, files: [5] }, record([5], []));
    expect(tally.record).toMatchObject({ done: 3, failed: 0, accepted: 0 });
  });

  test('indices beyond the plan are ignored', () => {
    expect(after(opened, registered, record([10, -1], [99, 0.5])).record).toMatchObject({ done: 2, failed: 0 });
  });
});

test('only failed files can be accepted', () => {
  const tally = after(opened, registered, record([], [5]), { type: 'accept', ...of, files: [0, 5, 7, 10] });
  expect(setBits(tally.accepted)).toEqual([5]);
  expect(tally.record).toMatchObject({ done: 2, failed: 1, accepted: 1 });
});

test('reopening takes away done, failed and accepted', () => {
  const tally = after(
    opened,
    registered,
    record([], [5, 6]),
    { type: 'accept', ...of, files: [5] },
    { type: 'reopen', ...of, files: [0, 5, 9] },
  );
  expect(tally.record).toMatchObject({ done: 1, failed: 1, accepted: 0 });
  expect([tally.done, tally.failed, tally.accepted].map(setBits)).toEqual([[1], [6], []]);
});

test('a hold is put, changed and taken away', () => {
  const hold = (value: 'paused' | 'cancelled' | null): Change => ({ type: 'hold', generation: 'g0', hold: value });
  expect(after(opened, hold('paused')).record.hold).toBe('paused');
  expect(after(opened, hold('paused'), hold('cancelled')).record.hold).toBe('cancelled');
  expect(after(opened, hold('paused'), hold(null)).record).not.toHaveProperty('hold');
});

test('publish and invalidate put their fact', () => {
  expect(after(opened, registered, { type: 'publish', ...of }).record.published).toBe('r1');
  expect(after(opened, { type: 'invalidate', generation: 'g0', failure: invalid }).record.invalid).toEqual(invalid);
});

describe('what is late', () => {
  const late: readonly Change[] = [
    record([5], [6]), { type: 'reopen', ...of, files: [0] }, { type: 'accept', ...of, files: [6] }, { type: 'publish', ...of },
    { type: 'invalidate', generation: 'g1', failure: invalid }, { type: 'hold', generation: 'g1', hold: 'paused' }, { ...registered, generation: 'g9' },
    { type: 'prioritise', generation: 'g1', fresh: true }, { type: 'announce', generation: 'g1', announced: 'g1 copying' },
    { type: 'restart', generation: 'g1', count: 1 },
    { type: 'live', generation: 'g1', live: { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 1, lookedAt: 1, sameSince: 1 } },
  ]; // prettier-ignore

  test.each(late.map((change) => [change.type, change] as const))('%s never makes a video', (_, change) => {
    expect(applyChange(undefined, change)).toEqual({ result: 'stale' });
  });

  test.each(late.map((change) => [change.type, change] as const))('%s of an older generation is stale', (_, change) => {
    expect(applyChange(after(opened, registered, { type: 'open', seen: 'g1', generation: 'g2' }), change)).toEqual({
      result: 'stale',
    });
  });

  test.each(late.slice(0, 4).map((change) => [change.type, change] as const))(
    '%s of another revision is stale, generation or not',
    (_, change) => {
      expect(applyChange(after(opened, registered), { ...change, revision: 'r2' } as Change)).toEqual({
        result: 'stale',
      });
    },
  );
});

describe('any history', () => {
  // Weighted, so that most changes of a history apply.
  const generations = fc.constantFrom('g1', 'g1', 'g1', 'g1', 'g0', 'g2');
  const revisions = fc.constantFrom('r1', 'r1', 'r1', 'r2');
  const files = fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 6 });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record(
      { type: fc.constant('open' as const), seen: generations, generation: generations },
      { requiredKeys: ['type', 'generation'] },
    ),
    fc.record({
      type: fc.constant('register' as const),
      seen: generations,
      generation: generations,
      revision: revisions,
      total: fc.nat(11),
      done: files,
    }),
    fc.record({
      type: fc.constant('record' as const),
      generation: generations,
      revision: revisions,
      done: files,
      failed: files,
    }),
    fc.record({
      type: fc.constantFrom('reopen' as const, 'accept' as const),
      generation: generations,
      revision: revisions,
      files,
    }),
    fc.record({ type: fc.constant('publish' as const), generation: generations, revision: revisions }),
    fc.record({ type: fc.constant('invalidate' as const), generation: generations, failure: fc.constant(invalid) }),
    fc.record({
      type: fc.constant('hold' as const),
      generation: generations,
      hold: fc.constantFrom('paused' as const, 'cancelled' as const, null),
    }),
    fc.record({ type: fc.constant('prioritise' as const), generation: generations, fresh: fc.boolean() }),
    fc.record({ type: fc.constant('restart' as const), generation: generations, count: fc.nat(6) }),
    fc.record({
      type: fc.constant('announce' as const),
      generation: generations,
      announced: fc.constantFrom('a', 'b'),
    }),
  );
  const histories = fc.array(change, { maxLength: 20 }).map((changes) => [opened, registered, ...changes]);

  test('keeps counts equal to bits, done and failed apart, and accepted among the failed', () => {
    fc.assert(
      fc.property(histories, (changes) => {
        let tally: Tally | undefined;
        for (const next of changes) {
          const changed = applyChange(tally, next);
          if (changed.result === 'stale') continue;
          tally = changed.tally;
          const [done, failed, accepted] = [tally.done, tally.failed, tally.accepted].map(setBits) as [
            number[],
            number[],
            number[],
          ];
          expect([done.length, failed.length, accepted.length]).toEqual([
            tally.record.done,
            tally.record.failed,
            tally.record.accepted,
          ]);
          expect([...done, ...failed].every((index) => index < (tally?.record.total ?? 0))).toBe(true);
          expect(done.some((index) => failed.includes(index))).toBe(false);
          expect(accepted.every((index) => failed.includes(index))).toBe(true);
        }
      }),
    );
  });

  test('takes each change twice as if it came once, and never alters what it was given', () => {
    fc.assert(
      fc.property(histories, (changes) => {
        let tally: Tally | undefined;
        for (const next of changes) {
          const before = structuredClone(tally);
          const once = applyChange(tally, next);
          expect(tally).toEqual(before);
          if (once.result === 'stale') continue;
          expect(applyChange(once.tally, next)).toEqual(once);
          tally = once.tally;
        }
      }),
    );
  });
});
