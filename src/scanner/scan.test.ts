import { describe, expect, test } from 'vitest';
import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { failureWith } from '../domain/failure.ts';
import type { Decision } from '../journal/journal.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { scanCatalogue } from './scan.ts';
import type { RowWarning } from './row-warnings.ts';
import type { RefusedRow, ScanRules } from './scan.ts';

const now = Date.UTC(2026, 10, 23);
const never = new AbortController().signal;
const row = (id: string, changes = {}): CatalogueRow & { kind: 'video' } => ({
  kind: 'video',
  row: 1,
  submission: { id, playlistUrl: `https://h/${id}.m3u8?token=t`, ...changes },
  fields: {},
});
const refused: CatalogueRow = { kind: 'refused', row: 2, failure: failureWith('catalogue.row', 'no id') };

async function decisionsOf(journal: MemoryJournal, video: string): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for await (const decision of journal.decisions(video)) decisions.push(decision);
  return decisions;
}

function setUp(rows: readonly CatalogueRow[]) {
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();
  const seen: string[] = [];
  const copied: string[] = [];
  const bad: RefusedRow[] = [];
  const odd: RowWarning[] = [];
  let generations = 0;
  const ports = {
    journal,
    ledger,
    keyRules: { root: 'https://h', tokenParameters: ['token'] },
    newGeneration: () => `g${++generations}`,
    now: () => now,
  };
  const scan = (rules: ScanRules = { ids: [] }, read: readonly CatalogueRow[] = rows) => {
    const catalogue: Catalogue = {
      name: 'test',
      async *rows() {
        yield* read;
      },
      close: async () => {},
    };
    const sink = {
      onVideo: async ({ id, playlistUrl }: { id: string; playlistUrl: string }) => {
        seen.push(id);
        copied.push(playlistUrl);
      },
      onRefused: (found: RefusedRow) => void bad.push(found),
      onWarning: (warning: RowWarning) => void odd.push(warning),
    };
    return scanCatalogue(catalogue, rules, ports, sink, never);
  };
  return { journal, ledger, seen, copied, bad, odd, scan };
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

  test('tells of a date that cannot be read also where that leaves the video out', async () => {
    const unread = { ...row('a'), warning: 'row 1 has a recordedAt that cannot be read' };
    const { scan, odd, seen } = setUp([unread, { ...row('b'), row: 2 }]);
    await scan({ ids: [], selection: { since: { kind: 'instant', at: now }, include: [], exclude: [] } });
    expect(seen).toEqual([]);
    expect(odd).toEqual([{ row: 1, id: 'a', message: unread.warning }]);
  });

  test('tells of rows that are taken with a part left out', async () => {
    const { scan, seen, odd } = setUp([row('a'), { ...row('b'), warning: 'row 2 has a bad date' }]);
    await scan();
    expect(seen).toEqual(['a', 'b']);
    expect(odd).toEqual([{ row: 1, id: 'b', message: 'row 2 has a bad date' }]);
  });

  test('takes only the videos asked for, and says which of them are not there', async () => {
    const { scan, seen } = setUp([row('a'), row('b'), row('c')]);
    expect(await scan({ ids: ['c', 'x'] })).toEqual(['x']);
    expect(seen).toEqual(['c']);
  });

  test('takes a sample of the videos asked for, not of all', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => row(id));
    for (const ids of [
      ['a', 'b'],
      ['c', 'd'],
      ['g', 'h'],
    ]) {
      const { scan, seen } = setUp(rows);
      const selection = { include: [], exclude: [], sample: { count: 1, seed: '1' } };
      expect(await scan({ ids, selection })).toEqual([]);
      expect(seen).toHaveLength(1);
      expect(ids).toContain(seen[0]);
    }
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
    expect(await ledger.read('b')).toMatchObject({ generation: 'g3', total: 0, done: 0, failed: 0, accepted: 0 });
    expect(await ledger.read('b')).not.toHaveProperty('invalid');
    expect(await decisionsOf(journal, 'a')).toHaveLength(1);
    expect(await decisionsOf(journal, 'b')).toHaveLength(1);
  });

  test('keeps a submission that has changed', async () => {
    const { scan, journal } = setUp([row('a')]);
    await scan();
    await scan({ ids: [] }, [row('a', { title: 'New' })]);
    expect((await journal.submission('a'))?.title).toBe('New');
  });

  test('restores a video that the ledger has lost, with what was decided about it', async () => {
    const { scan, ledger, journal } = setUp([row('a')]);
    const at = new Date(now).toISOString();
    await journal.decide({
      type: 'submitted',
      video: 'a',
      at,
      submission: { id: 'a', playlistUrl: 'https://h/a.m3u8' },
    });
    await journal.decide({ type: 'paused', video: 'a', at });
    await scan();
    expect((await ledger.read('a'))?.hold).toBe('paused');
  });
});

describe('A person who submits a video', () => {
  test('is not overruled by a row that says what it said before', async () => {
    const { scan, journal, copied } = setUp([row('a')]);
    await scan();
    const at = new Date(now).toISOString();
    const mine = { id: 'a', playlistUrl: 'https://elsewhere/a.m3u8', by: 'person' } as const;
    await journal.decide({ type: 'submitted', video: 'a', at, submission: mine });
    await scan();
    expect(await journal.submission('a')).toEqual(mine);
    expect(copied).toEqual(['https://h/a.m3u8?token=t', 'https://elsewhere/a.m3u8']);
  });
});

test('A video that a person submits again as its row names it is copied with the tokens of the row', async () => {
  const { scan, journal, copied } = setUp([row('a')]);
  await scan();
  const submission = {
    ...(await journal.submission('a')),
    id: 'a',
    playlistUrl: 'https://h/a.m3u8',
    by: 'person',
  } as const;
  await journal.decide({ type: 'submitted', video: 'a', at: new Date(now).toISOString(), submission });
  await scan();
  expect(copied).toEqual(['https://h/a.m3u8?token=t', 'https://h/a.m3u8?token=t']);
  expect(await journal.submission('a')).toEqual(submission);
});

test('A row does not end the cancellation of its video', async () => {
  const { scan, ledger, journal } = setUp([row('a')]);
  await scan();
  await journal.decide({ type: 'cancelled', video: 'a', at: new Date(now).toISOString() });
  await ledger.apply('a', { type: 'hold', generation: 'g1', hold: 'cancelled' });
  await scan();
  expect((await ledger.read('a'))?.hold).toBe('cancelled');
});
