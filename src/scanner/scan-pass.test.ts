import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { parseRule } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { FlantsError, failureWith } from '../domain/failure.ts';
import type { Submission } from '../domain/video.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { createKnownRows } from './known-rows.ts';
import { scanPass } from './scan-pass.ts';
import type { RowChange } from './scan-pass.ts';

const begun = Date.UTC(2026, 10, 23);
const hour = 3_600_000;
const never = new AbortController().signal;

const row = (id: string, changes: Partial<Submission> = {}, fields = {}): CatalogueRow => ({
  kind: 'video',
  row: 1,
  submission: { id, playlistUrl: `https://h/${id}.m3u8?token=${Math.random()}`, ...changes },
  fields,
});
const refused = (id?: string): CatalogueRow => ({
  kind: 'refused',
  row: 1,
  failure: failureWith('catalogue.row', 'no playlist'),
  ...(id === undefined ? {} : { id }),
});

function catalogueOf(rows: Iterable<CatalogueRow>): Catalogue {
  return {
    name: 'test',
    async *rows() {
      yield* rows;
    },
    close: async () => {},
  };
}

/** Counts what is asked of single videos. */
class CountingJournal extends MemoryJournal {
  lookups = 0;
  atOnce = 0;
  mostAtOnce = 0;

  override async submission(video: string): Promise<Submission | undefined> {
    this.lookups += 1;
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await sleep(1);
    this.atOnce -= 1;
    return super.submission(video);
  }

  override async *submissions(): AsyncIterable<Submission> {
    const before = this.lookups;
    yield* super.submissions();
    this.lookups = before;
  }
}

function setUp() {
  const journal = new CountingJournal();
  const clock = { now: begun };
  const ports = {
    journal,
    keyRules: { tokenParameters: ['token'] },
    now: () => clock.now,
    freshWindowMs: hour,
    knownRows: createKnownRows(),
  };
  const pass = async (rows: Iterable<CatalogueRow>, rules: readonly CatalogueRule[] = []) => {
    const changes = new Map<string, RowChange>();
    const onRow = async ({ id }: Submission, change: RowChange): Promise<void> => void changes.set(id, change);
    return { summary: await scanPass(catalogueOf(rows), rules, ports, onRow, never), changes };
  };
  return { journal, clock, ports, pass };
}

const rowChange = (fields: Partial<RowChange> = {}): RowChange => ({
  isNew: false,
  hasChanged: false,
  hasMoved: false,
  isFresh: false,
  ...fields,
});

describe('A pass over a catalogue', () => {
  it('counts the rows that are taken with a part left out, and names the first thousand', async () => {
    const { pass } = setUp();
    expect((await pass([row('a')])).summary).not.toHaveProperty('warnings');
    const rows = Array.from({ length: 1_001 }, (_, index) => ({ ...row(`v${index}`), warning: 'has a bad date' }));
    const rules = [parseRule('_id missing')];
    const excluded = { ...row('x', {}, { _id: 1 }), warning: 'has a bad date' };
    const { warnings } = (await pass([...rows, excluded], rules)).summary;
    expect(warnings?.count).toBe(1_001);
    expect(warnings?.rows).toHaveLength(1_000);
    expect(warnings?.rows[0]).toEqual({ row: 1, id: 'v0', message: 'has a bad date' });
  });

  it('keeps that URLs have tokens and not the tokens, and takes a row whose URL gets one, or loses it, as changed', async () => {
    const { pass, journal, clock } = setUp();
    const plain = row('a', { playlistUrl: 'https://h/a.m3u8' });
    const stored = { id: 'a', playlistUrl: 'https://h/a.m3u8' };
    for (const [read, kept, changed] of [
      [row('a'), { ...stored, hasTokens: true }, 0],
      [row('a'), { ...stored, hasTokens: true }, 0],
      [plain, stored, 1],
      [plain, stored, 0],
      [row('a'), { ...stored, hasTokens: true }, 1],
    ] as const) {
      clock.now += 1;
      expect((await pass([read])).summary.changed).toBe(changed);
      expect(await journal.submission('a')).toEqual(kept);
    }
  });

  it('tells what is new, what has changed and what is as it was', async () => {
    const { pass, journal } = setUp();
    const first = await pass([row('a'), row('b'), row('c')]);
    expect([...first.changes.values()]).toEqual([
      rowChange({ isNew: true }),
      rowChange({ isNew: true }),
      rowChange({ isNew: true }),
    ]);
    expect(first.summary).toMatchObject({ rows: 3, taken: 3, added: 3, changed: 0 });

    const second = await pass([row('a'), row('b', { title: 'New' }), row('d')]);
    expect(Object.fromEntries(second.changes)).toEqual({
      a: rowChange(),
      b: rowChange({ hasChanged: true }),
      d: rowChange({ isNew: true }),
    });
    expect(second.summary).toMatchObject({ taken: 3, added: 1, changed: 1, withdrawn: { count: 1, ids: ['c'] } });
    expect((await journal.submission('b'))?.title).toBe('New');
  });

  it('tells apart a new title and a new playlist', async () => {
    const { pass } = setUp();
    await pass([row('a'), row('b')]);
    const other = `https://h/other.m3u8?token=${Math.random()}`;
    const { changes } = await pass([row('a', { title: 'New' }), row('b', { playlistUrl: other })]);
    expect(Object.fromEntries(changes)).toEqual({
      a: rowChange({ hasChanged: true }),
      b: rowChange({ hasChanged: true, hasMoved: true }),
    });
  });

  it('leaves what a person submitted instead of its row, until the row says something new', async () => {
    const { pass, journal, ports } = setUp();
    await pass([row('a')]);
    const mine: Submission = { id: 'a', playlistUrl: 'https://elsewhere/a.m3u8?token=mine', by: 'person' };
    await journal.decide({ type: 'submitted', video: 'a', at: '2026-11-23T00:00:00Z', submission: mine });
    ports.knownRows = createKnownRows();
    expect((await pass([row('a')])).changes.get('a')).toEqual(rowChange());
    expect(await journal.submission('a')).toEqual(mine);
    const { lookups } = journal;
    await pass([row('a')]);
    expect(journal.lookups).toBe(lookups);

    const moved = await pass([row('a', { playlistUrl: 'https://h/moved.m3u8' })]);
    expect(moved.changes.get('a')).toEqual(rowChange({ hasChanged: true, hasMoved: true }));
    expect((await journal.submission('a'))?.playlistUrl).toBe('https://h/moved.m3u8');
  });

  it('tells what was recorded lately', async () => {
    const { pass } = setUp();
    const { changes } = await pass([
      row('now', { recordedAt: new Date(begun).toISOString() }),
      row('then', { recordedAt: new Date(begun - 2 * hour).toISOString() }),
    ]);
    expect(changes.get('now')?.isFresh).toBe(true);
    expect(changes.get('then')?.isFresh).toBe(false);
  });

  it('keeps tokens from the journal, and hands them to whoever crawls', async () => {
    const { ports, journal } = setUp();
    const urls: string[] = [];
    const rows = [row('a', { playlistUrl: 'https://h/a.m3u8?token=secret' })];
    await scanPass(catalogueOf(rows), [], ports, async ({ playlistUrl }) => void urls.push(playlistUrl), never);
    expect(urls).toEqual(['https://h/a.m3u8?token=secret']);
    expect((await journal.submission('a'))?.playlistUrl).toBe('https://h/a.m3u8');
  });

  it('lists refused rows with their reasons, the first thousand of them', async () => {
    const { pass } = setUp();
    const rows = Array.from({ length: 1_500 }, (_, index) => row(`v${index}`, {}, { state: 'draft' }));
    const { summary } = await pass(
      [refused(), ...rows, row('a', {}, { state: 'ready' })],
      [parseRule('state = ready')],
    );
    expect(summary).toMatchObject({ rows: 1_502, taken: 1, refused: { count: 1_501 } });
    expect(summary.refused.rows).toHaveLength(1_000);
    expect(summary.refused.rows.map(({ failure }) => failure.code)).toContain('catalogue.rule');
    expect(summary.refused.rows[0]).toEqual({ row: 1, failure: failureWith('catalogue.row', 'no playlist') });
  });

  it('calls withdrawn what the catalogue brought and has no more: not what it refuses now, nor what a person submitted', async () => {
    const { pass, journal } = setUp();
    await journal.decide({
      type: 'submitted',
      video: 'mine',
      at: '2026-11-22T00:00:00Z',
      submission: { id: 'mine', playlistUrl: 'https://h/mine.m3u8', by: 'person' },
    });
    await pass([row('a'), row('b'), row('c')]);
    const { summary } = await pass([refused('a'), row('c')]);
    expect(summary.withdrawn).toEqual({ count: 1, ids: ['b'] });
  });

  it('asks the journal a few things at a time, and nothing about rows it knows', async () => {
    const { pass, journal, clock, ports } = setUp();
    const rows = Array.from({ length: 500 }, (_, index) => row(`v${index}`));
    await pass(rows);
    expect(journal.lookups).toBe(500);
    expect(journal.mostAtOnce).toBe(32);
    await pass(rows);
    expect(journal.lookups).toBe(500);
    // Another process, which has read the submissions first.
    const onRow = async (): Promise<void> => {};
    await scanPass(catalogueOf(rows), [], { ...ports, knownRows: createKnownRows() }, onRow, never);
    expect(journal.lookups).toBe(500);
    clock.now += 2 * hour;
    await pass(rows);
    expect(journal.lookups).toBe(500);
  });

  it('takes a purged video up again, in time', async () => {
    const { pass, journal, clock } = setUp();
    await pass([row('a')]);
    await journal.purge('a');
    clock.now += 2 * hour;
    expect((await pass([row('a')])).changes.get('a')?.isNew).toBe(true);
  });

  it('ends with the first error, once what was begun has ended', async () => {
    const { ports, journal } = setUp();
    const rows = Array.from({ length: 200 }, (_, index) => row(`v${index}`));
    const failing = async ({ id }: Submission): Promise<void> => {
      if (id === 'v5') throw new FlantsError('state.unusable', 'gone');
    };
    await expect(scanPass(catalogueOf(rows), [], ports, failing, never)).rejects.toMatchObject({
      code: 'state.unusable',
    });
    expect(journal.atOnce).toBe(0);
    expect(journal.lookups).toBeLessThan(100);
  });

  it('that was stopped tells nothing', async () => {
    const { ports } = setUp();
    const stop = new AbortController();
    const stopping = async (): Promise<void> => stop.abort();
    await expect(scanPass(catalogueOf([row('a')]), [], ports, stopping, stop.signal)).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
