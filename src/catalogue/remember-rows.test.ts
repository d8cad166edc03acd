import { describe, expect, test } from 'vitest';
import { defaultTokenRules } from '../domain/names/tokens.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';
import { rememberRows } from './remember-rows.ts';

const rereadAfterMs = 1_000;
const { signal } = new AbortController();

const rowOf = (id: string, token?: string): CatalogueRow => {
  const submission = { id, playlistUrl: `https://h/${id}.m3u8${token === undefined ? '' : `?token=${token}`}` };
  return { kind: 'video', row: 1, submission, fields: {} };
};

function setUp(rows: readonly CatalogueRow[]) {
  const state = { at: 0, rows, readings: 0, fails: false };
  const inner: Catalogue = {
    name: 'test',
    async *rows() {
      state.readings += 1;
      yield* state.rows;
      if (state.fails) throw new FlantsError('catalogue.unreadable', 'broken off');
    },
    close: async () => {},
  };
  const catalogue = rememberRows(inner, { tokenRules: defaultTokenRules, rereadAfterMs, now: () => state.at });
  const read = async (): Promise<readonly CatalogueRow[]> => {
    const all: CatalogueRow[] = [];
    for await (const row of catalogue.rows({ signal })) all.push(row);
    return all;
  };
  const tokenOf = async (id: string): Promise<string | undefined> => {
    const found = await catalogue.find?.(id, { signal });
    return found?.kind === 'video' ? new URL(found.submission.playlistUrl).search : undefined;
  };
  return { state, catalogue, read, tokenOf };
}

describe('A catalogue that remembers rows', () => {
  test('finds tokens that another has read, and gives its rows as they are', async () => {
    const { state, read, tokenOf } = setUp([rowOf('a', '1'), rowOf('b')]);
    expect(await read()).toEqual(state.rows);
    expect(await Promise.all(['a', 'b', 'c'].map(tokenOf))).toEqual(['?token=1', undefined, undefined]);
    expect(state.readings).toBe(1);
  });

  test('finds them while they are being read', async () => {
    const { state, catalogue, tokenOf } = setUp([rowOf('a', '1'), rowOf('b', '2')]);
    for await (const row of catalogue.rows({ signal }))
      if (row.kind === 'video' && row.submission.id === 'a') expect(await tokenOf('a')).toBe('?token=1');
    expect(state.readings).toBe(1);
  });

  test('reads by itself, once for all who ask, and again when that is long ago', async () => {
    const { state, tokenOf } = setUp([rowOf('a', '1'), rowOf('b', '2')]);
    expect(await Promise.all(['a', 'b', 'c'].map(tokenOf))).toEqual(['?token=1', '?token=2', undefined]);
    state.rows = [rowOf('a', '3')];
    state.at = rereadAfterMs - 1;
    expect(await tokenOf('a')).toBe('?token=1');
    expect(state.readings).toBe(1);
    state.at = rereadAfterMs;
    expect(await Promise.all(['a', 'b'].map(tokenOf))).toEqual(['?token=3', undefined]);
    expect(state.readings).toBe(2);
  });

  test('reads again after a reading that broke off', async () => {
    const { state, tokenOf } = setUp([rowOf('a', '1')]);
    state.fails = true;
    await expect(tokenOf('b')).rejects.toThrow('broken off');
    state.fails = false;
    state.rows = [rowOf('b', '2')];
    expect(await tokenOf('b')).toBe('?token=2');
  });

  test('is one that looks up rows itself, where it does', () => {
    const { catalogue } = setUp([]);
    expect(rememberRows(catalogue, { tokenRules: defaultTokenRules, rereadAfterMs, now: () => 0 })).toBe(catalogue);
  });
});
