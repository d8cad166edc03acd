import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasBit } from '../../src/domain/bits.ts';
import type { Bits } from '../../src/domain/bits.ts';
import type { Change } from '../../src/domain/change.ts';
import type { VideoRecord } from '../../src/domain/video.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import {
  accept,
  badPlaylist,
  hold,
  invalidate,
  lease,
  open,
  prioritise,
  publish,
  record,
  register,
  reopenFiles,
  restore,
  announce,
} from './ledger-changes.ts';
import { describeLeases } from './ledger-leases.contract.ts';
import { describeMeaning } from './ledger-meaning.contract.ts';
import type { LedgerUnderTest } from './ledger-under-test.ts';

const indicesIn = (bits: Bits, total: number): number[] =>
  Array.from({ length: total }, (_, index) => index).filter((index) => hasBit(bits, index));

/** What every ledger promises; a driver test calls it with a factory. */
export function describeLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: a ledger`, () => {
    let test: LedgerUnderTest;
    let ledger: Ledger;

    beforeEach(async () => {
      test = await create();
      ledger = test.ledger;
    });

    afterEach(() => test.close());

    const applyAll = async (...changes: readonly Change[]): Promise<VideoRecord> => {
      for (const change of changes) expect((await ledger.apply('v', change)).result).toBe('applied');
      return present();
    };
    const present = async (): Promise<VideoRecord> => {
      const read = await ledger.read('v');
      if (!read) throw new Error('the video is unknown');
      return read;
    };
    /** The changes are refused, and leave everything as it was. */
    const expectStale = async (...changes: readonly Change[]): Promise<void> => {
      const before = await ledger.tally('v');
      for (const change of changes) {
        expect(await ledger.apply('v', change)).toEqual({ result: 'stale', record: before?.record });
      }
      expect(await ledger.tally('v')).toEqual(before);
    };
    const planned = (total = 10, done: readonly number[] = []): Promise<VideoRecord> =>
      applyAll(open('g1'), register('g1', 'g2', 'r1', total, done));

    describe('opening a video', () => {
      it('makes a record with nothing but its generation', async () => {
        expect(await ledger.read('v')).toBeUndefined();
        expect(await ledger.tally('v')).toBeUndefined();
        expect(await applyAll(open('g1'))).toEqual({ generation: 'g1', total: 0, done: 0, failed: 0, accepted: 0 });
      });

      it('is the same twice as once', async () => {
        expect(await applyAll(open('g1'), open('g1'))).toMatchObject({ generation: 'g1' });
      });

      it('is refused when somebody else was first', async () => {
        await applyAll(open('g1'));
        await expectStale(open('g2'), open('g2', 'g0'));
      });

      it('never brings up a video that was to be there already', async () => {
        await expectStale(open('g2', 'g1'));
        expect(await ledger.read('v')).toBeUndefined();
      });

      it('starts afresh with the revision and its bits, and forgets that it was invalid', async () => {
        await planned();
        await applyAll(record([1], [2]), invalidate());
        expect(await applyAll(open('g3', 'g2'))).toEqual({
          generation: 'g3',
          revision: 'r1',
          total: 10,
          done: 1,
          failed: 1,
          accepted: 0,
        });
        await expectStale(record([5]));
        expect(await applyAll(record([5], [], 'g3'))).toMatchObject({ done: 2 });
      });
    });

    describe('opening a video for another playlist', () => {
      const asking = (asked: string, generation: string, seen?: string): Change => ({
        ...open(generation, seen),
        asked,
      });

      it('keeps what is asked over a plan and fresh starts', async () => {
        await applyAll(asking('one', 'g1'), register('g1', 'g2', 'r1', 10));
        expect(await applyAll(open('g3', 'g2'))).toMatchObject({ asked: 'one', revision: 'r1' });
        expect(await applyAll(asking('one', 'g4', 'g3'))).toMatchObject({ asked: 'one', revision: 'r1', total: 10 });
      });

      it('drops the plan of the former with its bits, and keeps what was decided and published', async () => {
        await applyAll(asking('one', 'g1'), register('g1', 'g2', 'r1', 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        await applyAll(publish(), hold('paused'), prioritise(true));
        expect(await applyAll(asking('two', 'g3', 'g2'))).toEqual({
          generation: 'g3', total: 0, done: 0, failed: 0, accepted: 0, published: 'r1', hold: 'paused', fresh: true, asked: 'two',
        }); // prettier-ignore
        await expectStale(record([5]), publish(), record([5], [], 'g3'));
        expect(await applyAll(asking('two', 'g3', 'g2'), register('g3', 'g4', 'r1', 10, [4]))).toMatchObject({
          done: 1,
        });
        expect(await applyAll(record([5], [6], 'g4'))).toMatchObject({ done: 2, failed: 1, asked: 'two' });
      });
    });

    describe('registering a revision', () => {
      it('counts what is known to be there', async () => {
        expect(await planned(10, [0, 9])).toEqual({
          generation: 'g2',
          revision: 'r1',
          total: 10,
          done: 2,
          failed: 0,
          accepted: 0,
        });
        const tally = await ledger.tally('v');
        expect(indicesIn(tally?.done ?? new Uint8Array(), 10)).toEqual([0, 9]);
      });

      it('is refused for a video that was never opened', () => expectStale(register('g1', 'g2', 'r1', 10)));

      it('is refused when another generation came between', async () => {
        await planned();
        await expectStale(register('g1', 'g3', 'r2', 10));
      });

      it('is the same twice as once, and what was recorded since then stays', async () => {
        await planned();
        await applyAll(record([4]));
        expect(await applyAll(register('g1', 'g2', 'r1', 10))).toMatchObject({ done: 1 });
      });

      it('of another revision lets no bit outlive its numbering', async () => {
        await planned();
        await applyAll(record([0, 1, 2], [3]), accept([3]));
        expect(await applyAll(register('g2', 'g3', 'r2', 3, [2]))).toEqual({
          generation: 'g3',
          revision: 'r2',
          total: 3,
          done: 1,
          failed: 0,
          accepted: 0,
        });
        const tally = await ledger.tally('v');
        expect(tally?.done).toEqual(new Uint8Array([4]));
        expect(tally?.failed).toEqual(new Uint8Array([0]));
        expect(tally?.accepted).toEqual(new Uint8Array([0]));
      });

      it('keeps a hold, and ends what made the video invalid', async () => {
        await planned();
        await applyAll(hold('paused'), invalidate());
        const after = await applyAll(register('g2', 'g3', 'r2', 3));
        expect(after.hold).toBe('paused');
        expect(after.invalid).toBeUndefined();
      });

      it('keeps the published revision when it is another, and forgets it when it is to be proven anew', async () => {
        await planned(1);
        await applyAll(record([0]), publish());
        expect((await applyAll(register('g2', 'g3', 'r2', 1))).published).toBe('r1');
        expect((await applyAll(register('g3', 'g4', 'r1', 1))).published).toBeUndefined();
      });

      it('takes a plan without files', async () => {
        expect(await planned(0)).toMatchObject({ revision: 'r1', total: 0 });
      });
    });

    describe('recording outcomes', () => {
      it('counts each file once, however often it is told', async () => {
        await planned();
        expect(await applyAll(record([1, 2], [3]), record([1, 2], [3]), record([2, 2], [3, 3]))).toMatchObject({
          done: 2,
          failed: 1,
        });
      });

      it('lets done outweigh failed, whichever comes first', async () => {
        await planned();
        expect(await applyAll(record([1]), record([], [1]))).toMatchObject({ done: 1, failed: 0 });
        expect(await applyAll(record([], [2]), record([2]))).toMatchObject({ done: 2, failed: 0 });
        expect(await applyAll(record([3], [3]))).toMatchObject({ done: 3, failed: 0 });
      });

      it('takes no notice of indices outside the plan', async () => {
        await planned();
        expect(await applyAll(record([-1, 10, 1.5, 1e9], [11]))).toMatchObject({ done: 0, failed: 0 });
      });

      it('is refused for an older generation, another revision, and an unknown video', async () => {
        await expectStale(record([1]));
        await planned();
        await expectStale(record([1], [], 'g1'), record([1], [], 'g2', 'r0'), record([1], [], 'g1', 'r0'));
      });

      it('is refused before any plan', async () => {
        await applyAll(open('g1'));
        await expectStale(record([0], [], 'g1'));
      });

      it('ends the acceptance of a file that was copied after all', async () => {
        await planned();
        expect(await applyAll(record([], [1]), accept([1]), record([1]))).toMatchObject({
          done: 1,
          failed: 0,
          accepted: 0,
        });
      });
    });

    describe('what a change answers', () => {
      it('is the record before it and after it', async () => {
        expect(await ledger.apply('v', open('g1'))).toMatchObject({ before: undefined, record: { generation: 'g1' } });
        await applyAll(register('g1', 'g2', 'r1', 10));
        expect(await ledger.apply('v', record([1]))).toMatchObject({ before: { done: 0 }, record: { done: 1 } });
        expect(await ledger.apply('v', record([1]))).toMatchObject({ before: { done: 1 }, record: { done: 1 } });
      });

      it('adds up to the whole, whatever comes at once', async () => {
        await planned(1000);
        const changes = Array.from({ length: 40 }, (_, turn) =>
          record(Array.from({ length: 50 }, (_file, index) => turn * 20 + index)),
        );
        const answers = await Promise.all(changes.map((change) => ledger.apply('v', change)));
        const gains = answers.map((answer) =>
          answer.result === 'applied' ? answer.record.done - (answer.before?.done ?? 0) : 0,
        );
        expect(gains.reduce((sum, gain) => sum + gain, 0)).toBe((await present()).done);
      });
    });

    describe('accepting and reopening files', () => {
      it('accepts failed files only, once', async () => {
        await planned();
        expect(await applyAll(record([0], [1, 2]), accept([0, 1, 5]), accept([1]))).toMatchObject({
          done: 1,
          failed: 2,
          accepted: 1,
        });
      });

      it('opens files again, whatever they were', async () => {
        await planned();
        await applyAll(record([0, 1], [2, 3]), accept([3]));
        expect(await applyAll(reopenFiles([0, 2, 3, 4]), reopenFiles([0]))).toMatchObject({
          done: 1,
          failed: 0,
          accepted: 0,
        });
      });

      it('is refused for an older generation, another revision, and an unknown video', async () => {
        await expectStale(accept([1]), reopenFiles([1]));
        await planned();
        await applyAll(record([0], [1]));
        await expectStale(
          accept([1], 'g1'),
          accept([1], 'g2', 'r0'),
          reopenFiles([0], 'g1'),
          reopenFiles([0], 'g2', 'r0'),
        );
      });
    });

    describe('publishing, holding, invalidating', () => {
      it('remembers the revision whose playlists went out', async () => {
        await planned(1);
        expect(await applyAll(record([0]), publish(), publish())).toMatchObject({ published: 'r1' });
      });

      it('puts on hold and lets go', async () => {
        await planned();
        expect((await applyAll(hold('paused'))).hold).toBe('paused');
        expect((await applyAll(hold('cancelled'))).hold).toBe('cancelled');
        expect(await applyAll(hold(null))).not.toHaveProperty('hold');
      });

      it('keeps why a video is invalid, to the last field', async () => {
        await planned();
        expect((await applyAll(invalidate())).invalid).toEqual(badPlaylist);
      });

      it('is refused for an older generation, another revision, and an unknown video', async () => {
        await expectStale(publish(), hold('paused'), invalidate());
        await planned();
        await expectStale(publish('g1'), publish('g2', 'r0'), hold('paused', 'g1'), invalidate('g1'));
      });
    });

    describe('first sight', () => {
      it('takes hold and freshness along, and a known video keeps its own', async () => {
        const first = { ...open('g1'), hold: 'paused' as const, fresh: true };
        expect(await applyAll(first)).toMatchObject({ hold: 'paused', fresh: true });
        await applyAll(hold(null, 'g1'), prioritise(false, 'g1'));
        const again = await applyAll({ ...open('g2', 'g1'), hold: 'cancelled', fresh: true });
        expect(again).toEqual({ generation: 'g2', total: 0, done: 0, failed: 0, accepted: 0 });
      });

      it('of one that is not fresh says nothing of it', async () => {
        expect(await applyAll({ ...open('g1'), fresh: false })).not.toHaveProperty('fresh');
      });

      it('of a published video finds it whole, but for what was accepted', async () => {
        expect(await applyAll(restore(60, [[3, 5], [59, 60]]))).toEqual({
          generation: 'g2', revision: 'r1', total: 60, done: 57, failed: 3, accepted: 3, published: 'r1', announced: 'published r1',
        }); // prettier-ignore
        const tally = await ledger.tally('v');
        expect(indicesIn(tally?.failed ?? new Uint8Array(), 60)).toEqual([3, 4, 59]);
        expect(indicesIn(tally?.accepted ?? new Uint8Array(), 60)).toEqual([3, 4, 59]);
        expect(indicesIn(tally?.done ?? new Uint8Array(), 60)).not.toContain(4);
      });

      it('of a published video is the same twice as once, and undoes nothing that came since', async () => {
        await applyAll({ ...restore(10), hold: 'cancelled', fresh: true }, reopenFiles([1]));
        expect(await applyAll(restore(10))).toMatchObject({ done: 9, hold: 'cancelled', fresh: true });
      });

      it('of a published video is refused where it is known already', async () => {
        await applyAll(open('g1'));
        await expectStale(restore(10));
        await applyAll(register('g1', 'g2', 'r0', 10));
        await expectStale(restore(10));
      });
    });

    describe('putting forward, and telling of a situation', () => {
      it('are facts that stay with the next revision and generation', async () => {
        await planned();
        expect(await applyAll(prioritise(true), announce('g2 copying'))).toMatchObject({
          fresh: true,
          announced: 'g2 copying',
        });
        const facts = { fresh: true, announced: 'g2 copying' };
        expect(await applyAll(open('g3', 'g2'))).toMatchObject(facts);
        expect(await applyAll(register('g3', 'g4', 'r2', 5))).toMatchObject(facts);
        expect(await applyAll(prioritise(false, 'g4'))).not.toHaveProperty('fresh');
      });

      it('are refused for an older generation and an unknown video', async () => {
        await expectStale(prioritise(true), announce('x'));
        await planned();
        await expectStale(prioritise(true, 'g1'), announce('x', 'g1'));
      });
    });

    describe('retiring a video', () => {
      it('lets go of all of it', async () => {
        await planned();
        await applyAll(record([1, 2]));
        expect(await ledger.retire('v', 'g2')).toBe(true);
        expect(await ledger.read('v')).toBeUndefined();
        expect(await ledger.tally('v')).toBeUndefined();
        for await (const { video } of ledger.videos()) throw new Error(`there is ${video}`);
        expect(await planned()).toMatchObject({ done: 0 });
      });

      it('is refused for another generation and while a lease is alive', async () => {
        await planned();
        expect(await ledger.retire('v', 'g1')).toBe(false);
        await ledger.lease('v', lease('b1'));
        expect(await ledger.retire('v', 'g2')).toBe(false);
        expect(await present()).toMatchObject({ generation: 'g2' });
        await test.advance(60_000);
        expect(await ledger.retire('v', 'g2')).toBe(true);
      });

      it('is no error where nobody knows the video', async () => {
        expect(await ledger.retire('nobody', 'g2')).toBe(true);
      });

      it('leaves its neighbours alone', async () => {
        for (const id of ['v', 'v:', 'v2']) await ledger.apply(id, open('g1'));
        await ledger.retire('v', 'g1');
        expect((await ledger.read('v:'))?.generation).toBe('g1');
        expect((await ledger.read('v2'))?.generation).toBe('g1');
      });
    });

    describe('counting', () => {
      it('is exact over 10,000 files and any course of changes', async () => {
        const total = 10_000;
        const files = fc.array(fc.integer({ min: 0, max: total - 1 }), { maxLength: 200 });
        const step = fc.oneof(
          fc.record({ type: fc.constant('record' as const), done: files, failed: files }),
          fc.record({ type: fc.constantFrom('accept' as const, 'reopen' as const), files }),
        );
        let turn = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
            const video = `counted-${turn++}`;
            const model = { done: new Set<number>(), failed: new Set<number>(), accepted: new Set<number>() };
            await ledger.apply(video, open('g1'));
            await ledger.apply(video, register('g1', 'g2', 'r1', total));
            for (const change of steps) {
              const applied = await ledger.apply(video, { ...change, generation: 'g2', revision: 'r1' });
              imitate(model, change);
              expect(applied.record).toMatchObject({
                done: model.done.size,
                failed: model.failed.size,
                accepted: model.accepted.size,
              });
            }
            const tally = await ledger.tally(video);
            if (!tally) throw new Error('the video is unknown');
            for (const kind of ['done', 'failed', 'accepted'] as const) {
              expect(indicesIn(tally[kind], total)).toEqual([...model[kind]].sort((a, b) => a - b));
            }
          }),
          { numRuns: 25 },
        );
      });

      it('loses none of 50 changes that come at once', async () => {
        await planned(5000);
        const batches = Array.from({ length: 50 }, (_, batch) =>
          Array.from({ length: 100 }, (_file, index) => batch * 100 + index),
        );
        await Promise.all(batches.map((batch) => ledger.apply('v', record(batch))));
        expect(await present()).toMatchObject({ done: 5000, total: 5000 });
      });

      it('loses none of 100 changes that come at once from four sides', async () => {
        await planned(5000);
        const sides = [ledger, ...Array.from({ length: 3 }, () => test.peer?.() ?? ledger)];
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, turn) => {
            const files = Array.from({ length: 100 }, (_file, index) => turn * 49 + index);
            return (sides[turn % 4] ?? ledger).apply(
              'v',
              turn % 3 ? record(files) : record(files.slice(10), files.slice(0, 10)),
            );
          }),
        );
        const gains = answers.map((answer) =>
          answer.result === 'applied' ? answer.record.done - (answer.before?.done ?? 0) : Number.NaN,
        );
        const tally = await ledger.tally('v');
        const { done, failed } = await present();
        expect(indicesIn(tally?.done ?? new Uint8Array(), 5000)).toHaveLength(done);
        expect(indicesIn(tally?.failed ?? new Uint8Array(), 5000)).toHaveLength(failed);
        expect(gains.reduce((sum, gain) => sum + gain, 0)).toBe(done);
        expect(done + failed).toBe(99 * 49 + 100);
      });

      it('is exact for 200,000 files', async () => {
        const total = 200_000;
        const even = Array.from({ length: total / 2 }, (_, index) => index * 2);
        const odd = even.map((index) => index + 1);
        expect(await planned(total, even)).toMatchObject({ done: total / 2 });
        expect(await applyAll(record([], odd))).toMatchObject({ done: total / 2, failed: total / 2 });
        expect(await applyAll(accept(odd))).toMatchObject({ failed: total / 2, accepted: total / 2 });
        expect(await applyAll(record([...even, ...odd]))).toMatchObject({ done: total, failed: 0, accepted: 0 });
        expect(await applyAll(reopenFiles([total - 1, total]))).toMatchObject({ done: total - 1 });
        expect(indicesIn((await ledger.tally('v'))?.done ?? new Uint8Array(), total)).toHaveLength(total - 1);
      });

      it('hands out bits that nobody can change from outside', async () => {
        await planned();
        await applyAll(record([1], [2]));
        const tally = await ledger.tally('v');
        tally?.done.fill(255);
        tally?.failed.fill(255);
        expect(indicesIn((await ledger.tally('v'))?.done ?? new Uint8Array(), 10)).toEqual([1]);
        expect(await applyAll(record([3]))).toMatchObject({ done: 2, failed: 1 });
      });
    });

    describe('listing videos', () => {
      it('gives each of 1,000 once, in the order of their ids', async () => {
        const ids = Array.from({ length: 1000 }, (_, index) => `class-${(index * 7919) % 1000}`);
        for (const id of ids) await ledger.apply(id, open('g1'));
        const seen: string[] = [];
        for await (const { video, record: facts } of ledger.videos()) {
          expect(facts.generation).toBe('g1');
          seen.push(video);
        }
        expect(seen).toEqual([...ids].sort());
      });

      it('orders by code points, in any script', async () => {
        const ids = ['a', 'B', 'é', '日本', '\uFF21', '😀', 'a b', "o'clock", '%'];
        for (const id of ids) await ledger.apply(id, open('g1'));
        const seen: string[] = [];
        for await (const { video } of ledger.videos()) seen.push(video);
        expect(seen).toEqual(['%', 'B', 'a', 'a b', "o'clock", 'é', '日本', '\uFF21', '😀']);
      });

      it('may be left early, and allows changes on the way', async () => {
        for (const id of ['a', 'b', 'c']) await ledger.apply(id, open('g1'));
        for await (const { video } of ledger.videos()) {
          await ledger.apply(video, open('g2', 'g1'));
          if (video === 'b') break;
        }
        expect((await ledger.read('b'))?.generation).toBe('g2');
        expect((await ledger.read('c'))?.generation).toBe('g1');
      });

      it('gives nothing where nothing is', async () => {
        for await (const { video } of ledger.videos()) throw new Error(`there is ${video}`);
      });
    });

    describeMeaning(create);
    describeLeases(create);

    it.each(['a:b', 'a b', '{a}b', '}{', 'a/b?c=*', 'Ünï-日本-😀', '-', '(', '[a', '+', '\n', '__proto__'])(
      'takes %j for a video’s id like any other',
      async (id) => {
        for (const change of [open('g1'), register('g1', 'g2', 'r1', 30), record([1], [29])]) {
          expect((await ledger.apply(id, change)).result).toBe('applied');
        }
        expect(await ledger.tally(id)).toMatchObject({ record: { done: 1, failed: 1 } });
        expect(await ledger.lease(id, lease('b1'))).toBe(true);
        expect(await ledger.leases(id)).toEqual([lease('b1')]);
        const seen: string[] = [];
        for await (const { video } of ledger.videos()) seen.push(video);
        expect(seen).toEqual([id]);
        await ledger.releaseAll();
        expect(await ledger.retire(id, 'g2')).toBe(true);
        expect(await ledger.read(id)).toBeUndefined();
      },
    );

    it('finds everything again when it is opened anew', async ({ skip }) => {
      const { reopen } = test;
      if (!reopen) return skip('this ledger ends with its process');
      await planned(100, [0]);
      await applyAll(
        record([1, 99], [2, 3]),
        accept([3]),
        hold('paused'),
        invalidate(),
        prioritise(true),
        announce('g2 paused'),
      );
      await ledger.lease('v', lease('b1'));
      const before = await ledger.tally('v');
      const after = await reopen();
      expect(await after.tally('v')).toEqual(before);
      expect(await after.leases('v')).toEqual([lease('b1')]);
    });
  });
}

type Model = Readonly<Record<'done' | 'failed' | 'accepted', Set<number>>>;
type ModelChange =
  | { readonly type: 'record'; readonly done: readonly number[]; readonly failed: readonly number[] }
  | { readonly type: 'accept' | 'reopen'; readonly files: readonly number[] };

/** The meaning of a change over plain sets. */
function imitate({ done, failed, accepted }: Model, change: ModelChange): void {
  if (change.type === 'record') {
    for (const file of change.done) done.add(file);
    for (const file of change.failed) failed.add(file);
    for (const file of done) {
      failed.delete(file);
      accepted.delete(file);
    }
  } else if (change.type === 'accept') {
    for (const file of change.files) if (failed.has(file)) accepted.add(file);
  } else {
    for (const file of change.files) for (const set of [done, failed, accepted]) set.delete(file);
  }
}
