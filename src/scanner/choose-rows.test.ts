import { describe, expect, test } from 'vitest';
import type { CatalogueRow } from '../catalogue/catalogue.ts';
import { parseSince, selectionOf } from '../config/values/selection.ts';
import { failureWith } from '../domain/failure.ts';
import { createRowChooser } from './choose-rows.ts';
import type { ChosenRow } from './choose-rows.ts';

const now = Date.UTC(2026, 10, 23);
const video = (row: number, id: string, more = {}): CatalogueRow => ({
  kind: 'video',
  row,
  submission: { id, playlistUrl: `https://h/${id}.m3u8`, ...more },
  fields: {},
});
const refused: CatalogueRow = { kind: 'refused', row: 99, failure: failureWith('catalogue.row', 'no id') };

const idOf = ({ row }: ChosenRow): string => (row.kind === 'video' ? row.submission.id : 'refused');

async function split(options: Partial<Parameters<typeof selectionOf>[0]>, rows: readonly CatalogueRow[]) {
  const chooser = createRowChooser(selectionOf({ include: [], exclude: [], ...options }), () => now);
  const taken: string[] = [];
  const left: Record<string, string> = {};
  async function* given() {
    yield* rows;
  }
  for await (const chosen of chooser.choose(given())) {
    if (chosen.leftOut) left[idOf(chosen)] = chosen.leftOut;
    else taken.push(idOf(chosen));
  }
  return { taken, left, chooser };
}

/** The age or date of an option, as the command line reads it. */
function since(text: string) {
  const parsed = parseSince(text);
  return parsed ? { since: parsed } : {};
}

describe('Which videos are taken', () => {
  test('all of them, where nothing is asked for, and rows that are none are still told', async () => {
    expect(await split({}, [video(1, 'a'), refused, video(2, 'b')])).toMatchObject({
      taken: ['a', 'refused', 'b'],
      left: {},
    });
  });

  test('patterns match ids or titles, with any text for a star, and what is excluded stays out', async () => {
    const rows = [
      video(1, 'math/1'),
      video(2, 'math/2', { title: 'A trailer' }),
      video(3, 'art/1', { title: 'Maths in art' }),
      video(4, '.math'),
    ];
    expect(await split({ include: ['math*'] }, rows)).toMatchObject({ taken: ['math/1', 'math/2'] });
    expect(await split({ include: ['math*', 'Maths *'] }, rows)).toMatchObject({
      taken: ['math/1', 'math/2', 'art/1'],
    });
    expect(await split({ include: ['*math*'], exclude: ['*trailer'] }, rows)).toMatchObject({
      taken: ['math/1', '.math'],
      left: { 'math/2': 'excluded', 'art/1': 'excluded' },
    });
    expect(await split({ include: ['{art,math}/[12]'] }, rows)).toMatchObject({ taken: ['math/1', 'math/2', 'art/1'] });
    expect(await split({ exclude: ['math/?'] }, rows)).toMatchObject({ taken: ['art/1', '.math'] });
  });

  test('a date, or an age before the reading of the catalogue', async () => {
    const rows = [
      video(1, 'new', { recordedAt: '2026-11-22T00:00:00.000Z' }),
      video(2, 'old', { recordedAt: '2026-11-01T00:00:00.000Z' }),
      video(3, 'undated'),
    ];
    const expected = { taken: ['new'], left: { old: 'too-old', undated: 'undated' } };
    expect(await split(since('7d'), rows)).toMatchObject(expected);
    expect(await split(since('2026-11-22'), rows)).toMatchObject(expected);
    expect(await split(since('2026-11-01'), rows)).toMatchObject({ taken: ['new', 'old'] });
  });

  test('a word that is neither date nor age is none', () => {
    expect(parseSince('yesterday')).toBeUndefined();
    expect(parseSince('7 weeks')).toBeUndefined();
    expect(parseSince('2026-02-30')).toBeUndefined();
  });

  test('a sample is the same each time, in the order of the catalogue, and a larger one holds it', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => video(at + 1, `v${at}`));
    const { taken: five, chooser } = await split({ sample: 5 }, rows);
    expect(five).toHaveLength(5);
    expect(five.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(five);
    expect((await split({ sample: 5 }, rows.toReversed())).taken.toSorted()).toEqual(five.toSorted());
    const { taken: twelve } = await split({ sample: 12 }, rows);
    expect(twelve).toEqual(expect.arrayContaining(five));
    expect((await split({ sample: 5, seed: 'other' }, rows)).taken).not.toEqual(five);
    expect((await split({ sample: 80 }, rows)).taken).toHaveLength(50);
    // A change feed takes what the last reading took.
    const isTaken = (row: CatalogueRow): boolean => chooser.chooseOne(row).leftOut === undefined;
    expect(rows.filter(isTaken).map((row) => idOf({ row }))).toEqual(five);
  });

  test('a sample is drawn from what the other options choose', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => video(at + 1, `${at % 2 === 0 ? 'even' : 'odd'}-${at}`));
    const { taken, left } = await split({ sample: 3, include: ['odd-*'] }, rows);
    expect(taken.filter((id) => id.startsWith('odd-'))).toHaveLength(3);
    expect(Object.values(left).filter((why) => why === 'not-in-sample')).toHaveLength(7);
  });

  test('a seed without a sample is refused', () => {
    expect(() => selectionOf({ include: [], exclude: [], seed: '7' })).toThrow('--seed chooses which videos');
  });
});
