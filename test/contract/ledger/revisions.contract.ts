import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/domain/change.ts';
import {
  accept,
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
} from './changes.ts';
import type { LedgerBench } from './bench.ts';
import { indicesIn } from './bench.ts';

/** What every ledger promises of opening videos and registering revisions; a part of its contract. */
export function describeRevisions(bench: LedgerBench): void {
  const { applyAll, present, expectStale, planned } = bench;

  describe('opening a video', () => {
    it('makes a record with nothing but its generation', async () => {
      expect(await bench.ledger.read('v')).toBeUndefined();
      expect(await bench.ledger.tally('v')).toBeUndefined();
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
      expect(await bench.ledger.read('v')).toBeUndefined();
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
      const tally = await bench.ledger.tally('v');
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
      const tally = await bench.ledger.tally('v');
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
        generation: 'g2', revision: 'r1', total: 60, done: 57, failed: 3, accepted: 3, published: 'r1', announced: 'published r1 without 3',
      }); // prettier-ignore
      const tally = await bench.ledger.tally('v');
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

  describe('retiring a video', () => {
    it('lets go of all of it', async () => {
      await planned();
      await applyAll(record([1, 2]));
      expect(await bench.ledger.retire('v', 'g2')).toBe(true);
      expect(await bench.ledger.read('v')).toBeUndefined();
      expect(await bench.ledger.tally('v')).toBeUndefined();
      for await (const { video } of bench.ledger.videos()) throw new Error(`there is ${video}`);
      expect(await planned()).toMatchObject({ done: 0 });
    });

    it('is refused for another generation and while a lease is alive', async () => {
      await planned();
      expect(await bench.ledger.retire('v', 'g1')).toBe(false);
      await bench.ledger.lease('v', lease('b1'));
      expect(await bench.ledger.retire('v', 'g2')).toBe(false);
      expect(await present()).toMatchObject({ generation: 'g2' });
      await bench.test.advance(60_000);
      expect(await bench.ledger.retire('v', 'g2')).toBe(true);
    });

    it('is no error where nobody knows the video', async () => {
      expect(await bench.ledger.retire('nobody', 'g2')).toBe(true);
    });

    it('leaves its neighbours alone', async () => {
      for (const id of ['v', 'v:', 'v2']) await bench.ledger.apply(id, open('g1'));
      await bench.ledger.retire('v', 'g1');
      expect((await bench.ledger.read('v:'))?.generation).toBe('g1');
      expect((await bench.ledger.read('v2'))?.generation).toBe('g1');
    });
  });
}
