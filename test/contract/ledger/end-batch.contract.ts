import { describe, expect, it } from 'vitest';
import type { EndedBatch, Lease } from '../../../src/ledger/ledger.ts';
import type { LedgerBench } from './bench.ts';
import { lease, open, record } from './changes.ts';

/** What every ledger promises of the end of a batch; a part of its contract. */
export function describeEndsOfBatches(bench: LedgerBench): void {
  const { applyAll, planned, present, expectStale } = bench;
  const rest = lease('b1.0', { files: [[2, 4]], ttlMs: 300_000 });
  const end = (successors: readonly Lease[] = [], outcomes = record([0, 1], [5])): Promise<EndedBatch> =>
    bench.ledger.endBatch('v', { leaseId: 'b1', outcomes, successors });

  describe('the end of a batch', () => {
    it('counts its outcomes and replaces its lease', async () => {
      const before = await planned(100);
      await bench.ledger.lease('v', lease('b1'));
      const ended = await end([rest]);
      expect(ended).toEqual({
        applied: { result: 'applied', before, record: await present() },
        isPassed: true,
      });
      expect(await present()).toMatchObject({ done: 2, failed: 1 });
      expect(await bench.ledger.survey('v')).toMatchObject({ leases: [rest], open: [[2, 5], [6, 100]] }); // prettier-ignore
    });

    it('leaves no lease where nothing is left to do', async () => {
      await planned(100);
      await bench.ledger.lease('v', lease('b1'));
      expect((await end()).isPassed).toBe(true);
      expect(await bench.ledger.leases('v')).toEqual([]);
    });

    it('counts once, and says the same, when it is told again as its answer was lost', async () => {
      await planned(100);
      await bench.ledger.lease('v', lease('b1'));
      await end([rest]);
      const counted = await present();
      expect(await end([rest])).toEqual({
        applied: { result: 'applied', before: counted, record: counted },
        isPassed: true,
      });
      expect(await bench.ledger.leases('v')).toEqual([rest]);
    });

    it('counts what was done when the lease had run out, and claims nothing more', async () => {
      await planned(100);
      await bench.ledger.lease('v', lease('b1'));
      await bench.test.advance(60_000);
      await bench.ledger.lease('v', lease('b2'));
      expect(await end([rest])).toMatchObject({ applied: { result: 'applied' }, isPassed: false });
      expect(await present()).toMatchObject({ done: 2, failed: 1 });
      expect((await bench.ledger.leases('v')).map(({ id }) => id)).toEqual(['b2']);
    });

    it('of an older generation counts for nothing', async () => {
      await planned(100);
      await bench.ledger.lease('v', lease('b1'));
      await applyAll(open('g3', 'g2'));
      const before = await present();
      expect(await end([rest])).toEqual({ applied: { result: 'stale', record: before }, isPassed: false });
      expect(await bench.ledger.survey('v')).toEqual({ record: before, leases: [], open: [[0, 100]] });
      await expectStale(record([0, 1], [5]));
    });

    it('of an unknown video counts for nothing', async () => {
      expect(await end([rest])).toEqual({ applied: { result: 'stale', record: undefined }, isPassed: false });
      expect(await bench.ledger.read('v')).toBeUndefined();
    });
  });
}
