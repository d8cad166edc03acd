import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accept, open, publish, record, register, reopenFiles } from './changes.ts';
import type { LedgerBench } from './bench.ts';
import { indicesIn } from './bench.ts';

/** What every ledger promises of outcomes, and of their counts; a part of its contract. */
export function describeOutcomes(bench: LedgerBench): void {
  const { applyAll, present, expectStale, planned } = bench;

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
      expect(await bench.ledger.apply('v', open('g1'))).toMatchObject({
        before: undefined,
        record: { generation: 'g1' },
      });
      await applyAll(register('g1', 'g2', 'r1', 10));
      expect(await bench.ledger.apply('v', record([1]))).toMatchObject({ before: { done: 0 }, record: { done: 1 } });
      expect(await bench.ledger.apply('v', record([1]))).toMatchObject({ before: { done: 1 }, record: { done: 1 } });
    });

    it('adds up to the whole, whatever comes at once', async () => {
      await planned(1000);
      const changes = Array.from({ length: 40 }, (_, turn) =>
        record(Array.from({ length: 50 }, (_file, index) => turn * 20 + index)),
      );
      const answers = await Promise.all(changes.map((change) => bench.ledger.apply('v', change)));
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

    it('makes a published video one to be published again, as another file is missing or accepted', async () => {
      await planned();
      const [last, others] = [[9], [0, 1, 2, 3, 4, 5, 6, 7, 8]];
      await applyAll(record(others, last), accept(last));
      expect(await applyAll(publish(), accept(last), record(others))).toHaveProperty('published', 'r1');
      expect(await applyAll(reopenFiles(last))).not.toHaveProperty('published');
      expect(await applyAll(record([], last), accept(last), publish())).toHaveProperty('published', 'r1');
      expect(await applyAll(record(last))).not.toHaveProperty('published');
      expect(await applyAll(publish(), record(last))).toHaveProperty('published', 'r1');
      expect(await applyAll(reopenFiles([0]))).not.toHaveProperty('published');
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
          await bench.ledger.apply(video, open('g1'));
          await bench.ledger.apply(video, register('g1', 'g2', 'r1', total));
          for (const change of steps) {
            const applied = await bench.ledger.apply(video, { ...change, generation: 'g2', revision: 'r1' });
            imitate(model, change);
            expect(applied.record).toMatchObject({
              done: model.done.size,
              failed: model.failed.size,
              accepted: model.accepted.size,
            });
          }
          const tally = await bench.ledger.tally(video);
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
      await Promise.all(batches.map((batch) => bench.ledger.apply('v', record(batch))));
      expect(await present()).toMatchObject({ done: 5000, total: 5000 });
    });

    it('loses none of 100 changes that come at once from four sides', async () => {
      await planned(5000);
      const sides = [bench.ledger, ...Array.from({ length: 3 }, () => bench.test.peer?.() ?? bench.ledger)];
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, turn) => {
          const files = Array.from({ length: 100 }, (_file, index) => turn * 49 + index);
          return (sides[turn % 4] ?? bench.ledger).apply(
            'v',
            turn % 3 ? record(files) : record(files.slice(10), files.slice(0, 10)),
          );
        }),
      );
      const gains = answers.map((answer) =>
        answer.result === 'applied' ? answer.record.done - (answer.before?.done ?? 0) : Number.NaN,
      );
      const tally = await bench.ledger.tally('v');
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
      expect(indicesIn((await bench.ledger.tally('v'))?.done ?? new Uint8Array(), total)).toHaveLength(total - 1);
    });

    it('hands out bits that nobody can change from outside', async () => {
      await planned();
      await applyAll(record([1], [2]));
      const tally = await bench.ledger.tally('v');
      tally?.done.fill(255);
      tally?.failed.fill(255);
      expect(indicesIn((await bench.ledger.tally('v'))?.done ?? new Uint8Array(), 10)).toEqual([1]);
      expect(await applyAll(record([3]))).toMatchObject({ done: 2, failed: 1 });
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
