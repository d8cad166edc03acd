import { describe, expect, test } from 'vitest';
import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { failureWith } from '../domain/failure.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { scanCatalogue } from './scan.ts';
import type { RefusedRow, ScanRules } from './scan.ts';

const never = new AbortController().signal;
const row = (id: string, changes = {}): CatalogueRow => ({
  kind: 'video',
  submission: { id, playlistUrl: `https://h/${id}.m3u8?token=t`, ...changes },
});
const refused: CatalogueRow = { kind: 'refused', row: 2, failure: failureWith('catalogue.row', 'no id') };

function setUp(rows: readonly CatalogueRow[]) {
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();
  const seen: string[] = [];
  const bad: RefusedRow[] = [];
  let generations = 0;
  const scan = (rules: ScanRules = { ids: [] }, read: readonly CatalogueRow[] = rows) => {
    const catalogue: Catalogue = {
      name: 'test',
      async *rows() {
        yield* read;
      },
    };
    const ports = {
      journal,
      ledger,
      keyRules: { root: 'https://h', tokenParameters: ['token'] },
      newGeneration: () => `g${++generations}`,
      now: () => 0,
    };
    const sink = {
      onVideo: async ({ id }: { id: string }) => void seen.push(id),
      onRefused: (found: RefusedRow) => void bad.push(found),
    };
    return scanCatalogue(catalogue, rules, ports, sink, never);
  };
  return { journal, ledger, seen, bad, scan };
}

describe('A scan', () => {
  test('makes each video known, and tells of rows that are none', async () => {
    const { scan, seen, bad, ledger, journal } = setUp([row('a'), refused, row('b')]);
    expect(await scan()).toEqual([]);
    expect(seen).toEqual(['a', 'b']);
    expect(bad).toEqual([refused]);
    expect(await ledger.read('a')).toMatchObject({ generation: 'g1', total: 0 });
    expect((await journal.submission('b'))?.playlistUrl).toBe('https://h/b.m3u8');
  });

  test('takes only the videos asked for, and says which of them are not there', async () => {
    const { scan, seen } = setUp([row('a'), row('b'), row('c')]);
    expect(await scan({ ids: ['c', 'x'] })).toEqual(['x']);
    expect(seen).toEqual(['c']);
  });

  test('stops at its limit', async () => {
    const { scan, seen } = setUp([row('a'), row('b'), row('c')]);
    await scan({ ids: [], limit: 2 });
    expect(seen).toEqual(['a', 'b']);
  });

  test('leaves what is known as it is, and gives an invalid video a fresh start', async () => {
    const { scan, ledger, journal } = setUp([row('a'), row('b')]);
    await scan();
    await ledger.apply('b', { type: 'invalidate', generation: 'g2', failure: failureWith('hls.live', 'live') });
    await scan();
    expect((await ledger.read('a'))?.generation).toBe('g1');
    expect(await ledger.read('b')).toEqual({ generation: 'g3', total: 0, done: 0, failed: 0, accepted: 0 });
    const decisions = [];
    for await (const decision of journal.decisions()) decisions.push(decision);
    expect(decisions).toHaveLength(2);
  });

  test('keeps a submission that has changed', async () => {
    const { scan, journal } = setUp([row('a')]);
    await scan();
    await scan({ ids: [] }, [row('a', { title: 'New' })]);
    expect((await journal.submission('a'))?.title).toBe('New');
  });
});
