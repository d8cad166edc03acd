import { describe, expect, it } from 'vitest';
import type { IndexRanges } from '../../../src/domain/index-ranges.ts';
import { createLedgerBench } from './bench.ts';
import { hold, lease, open } from './changes.ts';
import type { LedgerUnderTest } from './under-test.ts';

/** What every ledger promises of leases; a part of its contract. */
export function describeLeases(create: () => Promise<LedgerUnderTest>): void {
  describe('leases', () => {
    const bench = createLedgerBench(create);
    const { planned } = bench;
    const idsOf = async (): Promise<string[]> => (await bench.ledger.leases('v')).map(({ id }) => id).toSorted();

    it('are granted to the present generation and told as they were given', async () => {
      await planned();
      const granted = lease('b1', { files: [[0, 3], [7, 9]] }); // prettier-ignore
      expect(await bench.ledger.lease('v', granted)).toBe(true);
      expect(await bench.ledger.leases('v')).toEqual([granted]);
    });

    it('are refused to an unknown video and to another generation', async () => {
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(false);
      expect(await bench.ledger.leases('v')).toEqual([]);
      await planned();
      expect(await bench.ledger.lease('v', lease('b1', { generation: 'g1' }))).toBe(false);
      expect(await bench.ledger.leases('v')).toEqual([]);
    });

    it('end when their time is up, and not before', async () => {
      await planned();
      await bench.ledger.lease('v', lease('b1'));
      await bench.ledger.lease('v', lease('b2', { ttlMs: 300_000, files: [[100, 200]] }));
      await bench.test.advance(54_000);
      expect(await idsOf()).toEqual(['b1', 'b2']);
      await bench.test.advance(6_000);
      expect(await idsOf()).toEqual(['b2']);
    });

    it('live on when they are renewed, also after they ran out', async () => {
      await planned();
      await bench.ledger.lease('v', lease('b1'));
      await bench.test.advance(54_000);
      expect(await bench.ledger.lease('v', lease('b1', { files: [[5, 9]] }))).toBe(true);
      await bench.test.advance(54_000);
      expect(await bench.ledger.leases('v')).toEqual([lease('b1', { files: [[5, 9]] })]);
      await bench.test.advance(54_000);
      expect(await idsOf()).toEqual([]);
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(true);
      expect(await idsOf()).toEqual(['b1']);
    });

    it('keep a crawl alone among crawls and publications, until it ends or runs out', async () => {
      await planned();
      const crawl = (id: string): Promise<boolean> => bench.ledger.lease('v', lease(id, { kind: 'crawl', files: [] }));
      const publishing = (): Promise<boolean> =>
        bench.ledger.lease('v', lease('publish', { kind: 'publish', files: [] }));
      expect(await crawl('crawl')).toBe(true);
      expect(await crawl('crawl')).toBe(true);
      expect(await crawl('crawl-2')).toBe(false);
      expect(await publishing()).toBe(false);
      await bench.ledger.release('v', 'crawl');
      expect(await publishing()).toBe(true);
      expect(await crawl('crawl')).toBe(false);
      await bench.test.advance(60_000);
      expect(await crawl('crawl')).toBe(true);
    });

    it('for files of a revision are granted while it is the video’s, and not on hold; else they end', async () => {
      await planned(100);
      const claim = (revision: string): Promise<boolean> => bench.ledger.lease('v', lease('b1'), revision);
      expect(await claim('r1')).toBe(true);
      expect(await claim('r1')).toBe(true);
      expect(await claim('r0')).toBe(false);
      expect(await idsOf()).toEqual([]);
      expect(await claim('r1')).toBe(true);
      await bench.ledger.lease('v', lease('b2', { files: [[100, 200]] }));
      await bench.applyAll(hold('paused'));
      expect(await claim('r1')).toBe(false);
      expect(await idsOf()).toEqual(['b2']);
      await bench.applyAll(hold(null));
      expect(await claim('r1')).toBe(true);
      expect(await bench.ledger.lease('nobody', lease('b1'), 'r1')).toBe(false);
      await bench.applyAll(open('g3', 'g2'));
      expect(await claim('r1')).toBe(false);
    });

    it('of batches neither hinder a crawl nor are hindered by it', async () => {
      await planned();
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(true);
      expect(await bench.ledger.lease('v', lease('crawl', { kind: 'crawl', files: [] }))).toBe(true);
      expect(await bench.ledger.lease('v', lease('b2', { files: [[100, 200]] }))).toBe(true);
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(true);
      expect(await idsOf()).toEqual(['b1', 'b2', 'crawl']);
    });

    it('of an older generation count for nothing, and keep nobody out', async () => {
      await planned();
      await bench.ledger.lease('v', lease('b1'));
      await bench.ledger.lease('v', lease('crawl', { kind: 'crawl', files: [] }));
      await bench.ledger.apply('v', open('g3', 'g2'));
      expect(await idsOf()).toEqual([]);
      expect(await bench.ledger.lease('v', lease('crawl-2', { kind: 'crawl', files: [], generation: 'g3' }))).toBe(
        true,
      );
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(false);
      expect(await idsOf()).toEqual(['crawl-2']);
    });

    it('end by release, of one or of all, and releasing what is not there is no error', async () => {
      await planned();
      await bench.ledger.apply('w', open('g2'));
      await bench.ledger.lease('v', lease('b1'));
      await bench.ledger.lease('v', lease('b2', { files: [[100, 200]] }));
      await bench.ledger.lease('w', lease('b1'));
      await bench.ledger.release('v', 'b1');
      await bench.ledger.release('v', 'b1');
      await bench.ledger.release('nobody', 'b1');
      expect(await idsOf()).toEqual(['b2']);
      expect(await bench.ledger.leases('w')).toHaveLength(1);
      await bench.ledger.releaseAll();
      expect(await idsOf()).toEqual([]);
      expect(await bench.ledger.leases('w')).toEqual([]);
    });

    it('are granted to one only of many that want to crawl at once', async () => {
      await planned();
      const wishes = Array.from({ length: 20 }, (_, index) =>
        bench.ledger.lease('v', lease(`crawl-${index}`, { kind: 'crawl', files: [] })),
      );
      expect((await Promise.all(wishes)).filter(Boolean)).toHaveLength(1);
    });

    it('of batches are refused while another holds one of their files', async () => {
      await planned();
      expect(await bench.ledger.lease('v', lease('b1', { files: [[10, 20], [40, 50]] }))).toBe(true); // prettier-ignore
      const wish = (files: IndexRanges): Promise<boolean> => bench.ledger.lease('v', lease('wish', { files }));
      for (const files of [[[10, 20]], [[0, 11]], [[19, 20]], [[12, 13]], [[0, 100]], [[0, 5], [49, 60]]] as IndexRanges[]) {
          expect(await wish(files)).toBe(false);
        } // prettier-ignore
      expect(await wish([[0, 10], [20, 40], [50, 51]])).toBe(true); // prettier-ignore
      expect(await bench.ledger.lease('v', lease('b1', { files: [[10, 21]] }))).toBe(false);
      expect(await bench.ledger.leases('v')).toContainEqual(lease('b1', { files: [[10, 20], [40, 50]] })); // prettier-ignore
    });

    it('of batches give their files free when they run out, end, or their generation does', async () => {
      await planned();
      await bench.ledger.lease('v', lease('b1'));
      expect(await bench.ledger.lease('v', lease('b2'))).toBe(false);
      await bench.test.advance(60_000);
      expect(await bench.ledger.lease('v', lease('b2'))).toBe(true);
      expect(await bench.ledger.lease('v', lease('b1'))).toBe(false);
      await bench.ledger.release('v', 'b2');
      expect(await bench.ledger.lease('v', lease('b3'))).toBe(true);
      await bench.ledger.apply('v', open('g3', 'g2'));
      expect(await bench.ledger.lease('v', lease('b4', { generation: 'g3' }))).toBe(true);
    });

    it('are granted to one only of 20 batches with a file in common that come at once', async () => {
      await planned();
      const sides = [bench.ledger, ...Array.from({ length: 3 }, () => bench.test.peer?.() ?? bench.ledger)];
      const wishes = Array.from({ length: 20 }, (_, index) =>
        (sides[index % 4] ?? bench.ledger).lease('v', lease(`b${index}`, { files: [[index, 50]] })),
      );
      expect((await Promise.all(wishes)).filter(Boolean)).toHaveLength(1);
      expect(await bench.ledger.leases('v')).toHaveLength(1);
    });

    it('are prolonged while they live, and not brought back', async () => {
      await planned();
      await bench.ledger.lease('v', lease('b1'));
      expect(await bench.ledger.renew('v', 'b1', 300_000)).toBe(true);
      await bench.test.advance(66_000);
      expect(await idsOf()).toEqual(['b1']);
      expect(await bench.ledger.lease('v', lease('b2', { files: [[0, 1]] }))).toBe(false);
      await bench.ledger.release('v', 'b1');
      expect(await bench.ledger.renew('v', 'b1', 300_000)).toBe(false);
      expect(await bench.ledger.renew('nobody', 'b1', 300_000)).toBe(false);
      expect(await idsOf()).toEqual([]);
    });

    describe('that are passed on', () => {
      const successors = [lease('h1', { files: [[0, 50]] }), lease('h2', { files: [[50, 100]], ttlMs: 300_000 })];

      it('end, and their successors live', async () => {
        await planned();
        await bench.ledger.lease('v', lease('b1'));
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(true);
        expect((await bench.ledger.leases('v')).toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(successors);
        expect(await bench.ledger.lease('v', lease('b2', { files: [[49, 51]] }))).toBe(false);
        await bench.test.advance(66_000);
        expect(await idsOf()).toEqual(['h2']);
      });

      it('leave nothing where they have no successors', async () => {
        await planned();
        await bench.ledger.lease('v', lease('b1'));
        expect(await bench.ledger.pass('v', 'b1', [])).toBe(true);
        expect(await idsOf()).toEqual([]);
      });

      it('carry a crawl over to its next attempt, with nobody in between', async () => {
        await planned();
        await bench.ledger.lease('v', lease('c1', { kind: 'crawl', files: [] }));
        expect(await bench.ledger.pass('v', 'c1', [lease('c2', { kind: 'crawl', files: [] })])).toBe(true);
        expect(await bench.ledger.lease('v', lease('p1', { kind: 'publish', files: [] }))).toBe(false);
        expect(await idsOf()).toEqual(['c2']);
      });

      it('are refused when they are not alive, and change nothing', async () => {
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(false);
        await planned();
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(false);
        await bench.ledger.lease('v', lease('b1'));
        await bench.test.advance(60_000);
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(false);
        await bench.ledger.lease('v', lease('b2'));
        await bench.ledger.apply('v', open('g3', 'g2'));
        expect(await bench.ledger.pass('v', 'b2', successors)).toBe(false);
        expect(await idsOf()).toEqual([]);
        expect(await bench.ledger.lease('v', lease('b3', { generation: 'g3' }))).toBe(true);
      });

      it('are passed on once more by who did not hear the answer, as long as the successors live', async () => {
        await planned();
        await bench.ledger.lease('v', lease('b1'));
        await bench.ledger.pass('v', 'b1', successors);
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(true);
        await bench.ledger.release('v', 'h1');
        expect(await bench.ledger.pass('v', 'b1', successors)).toBe(false);
        expect(await idsOf()).toEqual(['h2']);
      });

      it('go to one of 20 that want to pass them on at once', async () => {
        await planned();
        await bench.ledger.lease('v', lease('b1'));
        const wishes = Array.from({ length: 20 }, (_, index) => {
          const side = index % 2 ? (bench.test.peer?.() ?? bench.ledger) : bench.ledger;
          return side.pass('v', 'b1', [lease(`h${index}`, { files: [[index, index + 1]] })]);
        });
        expect((await Promise.all(wishes)).filter(Boolean)).toHaveLength(1);
        expect(await bench.ledger.leases('v')).toHaveLength(1);
      });
    });
  });
}
