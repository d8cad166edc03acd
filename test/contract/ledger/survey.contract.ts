import { describe, expect, it } from 'vitest';
import type { LedgerBench } from './bench.ts';
import { lease, open, record, register, reopenFiles } from './changes.ts';

/** What every ledger promises of surveys; a part of its contract. */
export function describeSurveys(bench: LedgerBench): void {
  const { applyAll, planned, present } = bench;

  describe('a survey', () => {
    it('tells the record, the live leases and the open files', async () => {
      await planned(100, [0]);
      await applyAll(record([1, 99], [2, 50]));
      await bench.ledger.lease('v', lease('b1', { files: [[3, 20]] }));
      expect(await bench.ledger.survey('v')).toEqual({
        record: await present(),
        leases: [lease('b1', { files: [[3, 20]] })],
        open: [[3, 50], [51, 99]], // prettier-ignore
      });
    });

    it('is of nothing where the video is unknown', async () => {
      expect(await bench.ledger.survey('v')).toBeUndefined();
    });

    it('finds no file before there is a plan, nor in an empty one', async () => {
      await applyAll(open('g1'));
      const crawl = lease('c1', { generation: 'g1', kind: 'crawl', files: [] });
      await bench.ledger.lease('v', crawl);
      expect(await bench.ledger.survey('v')).toEqual({ record: await present(), leases: [crawl], open: [] });
      await applyAll(register('g1', 'g2', 'r1', 0));
      expect(await bench.ledger.survey('v')).toEqual({ record: await present(), leases: [], open: [] });
    });

    it('finds none once all are settled, until some are opened again', async () => {
      await planned(60);
      const all = Array.from({ length: 60 }, (_, index) => index);
      await applyAll(record(all.slice(1), [0]));
      expect((await bench.ledger.survey('v'))?.open).toEqual([]);
      await applyAll(reopenFiles([0, 30]));
      expect((await bench.ledger.survey('v'))?.open).toEqual([[0, 1], [30, 31]]); // prettier-ignore
    });

    it('leaves out leases that ran out, or are of an older generation', async () => {
      await planned(100);
      await bench.ledger.lease('v', lease('b1', { files: [[0, 10]] }));
      await bench.ledger.lease('v', lease('b2', { files: [[10, 20]], ttlMs: 300_000 }));
      await bench.test.advance(60_000);
      expect((await bench.ledger.survey('v'))?.leases.map(({ id }) => id)).toEqual(['b2']);
      await applyAll(open('g3', 'g2'));
      expect(await bench.ledger.survey('v')).toEqual({ record: await present(), leases: [], open: [[0, 100]] });
    });
  });
}
