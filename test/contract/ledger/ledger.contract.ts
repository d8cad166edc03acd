import { describe, expect, it } from 'vitest';
import { accept, hold, invalidate, lease, open, prioritise, record, register, announce } from './changes.ts';
import { createLedgerBench } from './bench.ts';
import { describeEndsOfBatches } from './end-batch.contract.ts';
import { describeFacts } from './facts.contract.ts';
import { describeOutcomes } from './outcomes.contract.ts';
import { describeRevisions } from './revisions.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeMeaning } from './meaning.contract.ts';
import { describeSurveys } from './survey.contract.ts';
import type { LedgerUnderTest } from './under-test.ts';

/** What every ledger promises; a driver test calls it with a factory. */
export function describeLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: a ledger`, () => {
    const bench = createLedgerBench(create);
    const { applyAll, planned } = bench;
    describeRevisions(bench);
    describeOutcomes(bench);
    describeFacts(bench);
    describeSurveys(bench);
    describeEndsOfBatches(bench);

    describe('listing videos', () => {
      it('gives each of 1,000 once, in the order of their ids', async () => {
        const ids = Array.from({ length: 1000 }, (_, index) => `class-${(index * 7919) % 1000}`);
        for (const id of ids) await bench.ledger.apply(id, open('g1'));
        const seen: string[] = [];
        for await (const { video, record: facts } of bench.ledger.videos()) {
          expect(facts.generation).toBe('g1');
          seen.push(video);
        }
        expect(seen).toEqual([...ids].sort());
      });

      it('orders by code points, in any script', async () => {
        const ids = ['a', 'B', 'é', '日本', '\uFF21', '😀', 'a b', "o'clock", '%'];
        for (const id of ids) await bench.ledger.apply(id, open('g1'));
        const seen: string[] = [];
        for await (const { video } of bench.ledger.videos()) seen.push(video);
        expect(seen).toEqual(['%', 'B', 'a', 'a b', "o'clock", 'é', '日本', '\uFF21', '😀']);
      });

      it('may be left early, and allows changes on the way', async () => {
        for (const id of ['a', 'b', 'c']) await bench.ledger.apply(id, open('g1'));
        for await (const { video } of bench.ledger.videos()) {
          await bench.ledger.apply(video, open('g2', 'g1'));
          if (video === 'b') break;
        }
        expect((await bench.ledger.read('b'))?.generation).toBe('g2');
        expect((await bench.ledger.read('c'))?.generation).toBe('g1');
      });

      it('gives nothing where nothing is', async () => {
        for await (const { video } of bench.ledger.videos()) throw new Error(`there is ${video}`);
      });
    });

    describeMeaning(create);
    describeLeases(create);

    it.each(['a:b', 'a b', '{a}b', '}{', 'a/b?c=*', 'Ünï-日本-😀', '-', '(', '[a', '+', '\n', '__proto__'])(
      'takes %j for a video’s id like any other',
      async (id) => {
        for (const change of [open('g1'), register('g1', 'g2', 'r1', 30), record([1], [29])]) {
          expect((await bench.ledger.apply(id, change)).result).toBe('applied');
        }
        expect(await bench.ledger.tally(id)).toMatchObject({ record: { done: 1, failed: 1 } });
        expect(await bench.ledger.lease(id, lease('b1'))).toBe(true);
        expect(await bench.ledger.leases(id)).toEqual([lease('b1')]);
        const seen: string[] = [];
        for await (const { video } of bench.ledger.videos()) seen.push(video);
        expect(seen).toEqual([id]);
        await bench.ledger.releaseAll();
        expect(await bench.ledger.retire(id, 'g2')).toBe(true);
        expect(await bench.ledger.read(id)).toBeUndefined();
      },
    );

    it('finds everything again when it is opened anew', async ({ skip }) => {
      const { reopen } = bench.test;
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
      await bench.ledger.lease('v', lease('b1'));
      const before = await bench.ledger.tally('v');
      const after = await reopen();
      expect(await after.tally('v')).toEqual(before);
      expect(await after.leases('v')).toEqual([lease('b1')]);
    });
  });
}
