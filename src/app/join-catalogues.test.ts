import { expect, it } from 'vitest';
import type { Catalogue, CatalogueRow, VideoStatus, WriteBackResult } from '../catalogue/catalogue.ts';
import { joinCatalogues } from './join-catalogues.ts';

const never = new AbortController().signal;
const row = (id: string): CatalogueRow => ({
  kind: 'video',
  row: 1,
  submission: { id, playlistUrl: `https://h/${id}.m3u8` },
  fields: {},
});

function catalogueOf(ids: readonly string[], more: Partial<Catalogue> = {}): Catalogue {
  return {
    name: ids.join('+'),
    async *rows() {
      for (const id of ids) yield row(id);
    },
    close: async () => {},
    ...more,
  };
}

/** A catalogue that is told of its videos. */
function telling(ids: readonly string[]): Catalogue {
  const writeBack = async ({ id }: VideoStatus): Promise<WriteBackResult> => (ids.includes(id) ? 'done' : 'missing');
  return catalogueOf(ids, { writeBack });
}

const status = (id: string): VideoStatus => ({
  id,
  state: 'published',
  files: { total: 1, done: 1, failed: 0, accepted: 0 },
  at: '2026-11-23T08:00:00.000Z',
});

it('numbers rows through, and refuses ids of an earlier catalogue', async () => {
  const rows: CatalogueRow[] = [];
  for await (const read of joinCatalogues([catalogueOf(['a', 'b']), catalogueOf(['b', 'c'])]).rows({ signal: never })) {
    rows.push(read);
  }
  expect(rows).toMatchObject([
    { kind: 'video', row: 1 },
    { kind: 'video', row: 2 },
    { kind: 'refused', row: 3, id: 'b', failure: { code: 'catalogue.duplicate' } },
    { kind: 'video', row: 4 },
  ]);
});

/** A catalogue whose feed says that these have changed. */
function changing(ids: readonly string[], changed: readonly string[]): Catalogue {
  return catalogueOf(ids, {
    watch: async ({ signal }) => ({ kind: 'open', rows: catalogueOf(changed).rows({ signal }) }),
  });
}

it('has the change feed of each catalogue, without the videos of another', async () => {
  const joined = joinCatalogues([
    changing(['a', 'b'], ['a', 'new']),
    catalogueOf(['c']),
    changing(['b', 'd'], ['b', 'c', 'd']),
  ]);
  for await (const _ of joined.rows({ signal: never }));
  const changes: string[][] = [];
  for (const part of joined.parts ?? []) {
    const feed = await part.watch?.({ signal: never });
    if (feed?.kind !== 'open') continue;
    const told: string[] = [];
    for await (const read of feed.rows) {
      told.push(read.kind === 'video' ? read.submission.id : `${read.id}: ${read.failure.code}`);
    }
    changes.push(told);
  }
  expect(joined.watch).toBeUndefined();
  expect(changes).toEqual([
    ['a', 'new'],
    ['b: catalogue.duplicate', 'c: catalogue.duplicate', 'd'],
  ]);
});

it('misses only a video that no catalogue names', async () => {
  const joined = joinCatalogues([telling(['a']), catalogueOf(['b']), telling(['c'])]);
  const results = await Promise.all(['a', 'b', 'c', 'x'].map(async (id) => joined.writeBack?.(status(id))));
  expect(results).toEqual(['done', 'done', 'done', 'missing']);
});

it('takes no status where none of its catalogues does', () => {
  expect(joinCatalogues([catalogueOf(['a']), catalogueOf(['b'])]).writeBack).toBeUndefined();
});
