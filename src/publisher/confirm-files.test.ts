import { describe, expect, test } from 'vitest';
import { applyChange } from '../domain/change.ts';
import type { Tally } from '../domain/change.ts';
import { indicesOf, subtract, toRanges } from '../domain/index-ranges.ts';
import { digestOf } from '../domain/revision.ts';
import type { Revision } from '../domain/revision.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { confirmFiles } from './confirm-files.ts';

const never = new AbortController().signal;
const body = Buffer.from('media');

function done(total: number, revision: string, without: readonly number[] = []): Tally {
  const files = [...indicesOf(subtract([[0, total]], toRanges(without)))];
  const opened = applyChange(undefined, { type: 'open', generation: 'a' });
  const tally = opened.result === 'applied' ? opened.tally : undefined;
  const registered = applyChange(tally, { type: 'register', seen: 'a', generation: 'b', revision, total, done: files });
  if (registered.result === 'stale') throw new Error('a fresh tally takes a registration');
  return registered.tally;
}

/** A copy whose every file is at the destination and in the journal. */
async function copyOf(keys: readonly string[], { listsEtags = true } = {}) {
  const plan = {
    files: keys.map((key) => ({ key, url: `https://h/${key}`, role: 'segment' as const })),
    documents: [],
    playlists: [],
  };
  const revision: Revision = {
    ...plan,
    video: 'v',
    digest: digestOf(plan),
    total: keys.length,
    external: [],
    warnings: [],
    hasTokens: false,
  };
  const journal = new MemoryJournal();
  const store = openMemoryStore();
  await journal.seal(revision);
  for (const [index, key] of keys.entries()) {
    const put = await store.put(key, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
    const evidence = {
      key, url: `https://h/${key}`, sizeBytes: body.byteLength, crc32: crc32Hex(body), etag: put.result === 'stored' ? put.etag : '',
      source: {}, proof: 'written' as const, generation: 'b', tries: 1, durationMs: 1, worker: 'w', at: '2026-01-01T00:00:00Z',
    }; // prettier-ignore
    await journal.recordOutcomes('v', [{ index, kind: 'copied', evidence }]);
  }
  const counts = { heads: 0, listed: 0 };
  const counting: ObjectStore = {
    ...store,
    head: (key, options) => {
      counts.heads += 1;
      return store.head(key, options);
    },
    async *list(prefix, options) {
      for await (const object of store.list(prefix, options)) {
        counts.listed += 1;
        yield listsEtags ? object : { ...object, etag: '' };
      }
    },
  };
  const confirm = (tally = done(keys.length, revision.digest)) =>
    confirmFiles('v', tally, { journal, store: counting }, never);
  const find = async (...tally: Parameters<typeof confirm>) => (await confirm(...tally)).vanished;
  return { store, journal, confirm, find, counts, digest: revision.digest };
}

const names = (count: number, folder = 'v'): string[] =>
  Array.from({ length: count }, (_, index) => `${folder}/seg${index}.ts`);

describe('The barrier before publishing', () => {
  test('tells which files got other bytes under their names, and when', async () => {
    const { journal, store, confirm } = await copyOf(names(3));
    const [replaced = '', vanished = ''] = names(3);
    for (const key of [replaced, vanished]) {
      const evidence = (await journal.evidence('v', [key])).get(key);
      if (!evidence) throw new Error('no evidence');
      const told = { ...evidence, replacedAt: '2026-11-30T00:00:00Z' };
      await journal.recordOutcomes('v', [{ index: 0, kind: 'copied', evidence: told }]);
    }
    await store.delete(vanished, { signal: never });
    expect(await confirm()).toEqual({
      vanished: [1],
      replaced: { [replaced]: '2026-11-30T00:00:00Z' },
      sizeBytes: 3 * body.byteLength,
    });
  });

  test('lets a whole video through with one listing, not a request for each file', async () => {
    const { find, counts } = await copyOf(names(200));
    expect(await find()).toEqual([]);
    expect(counts.heads).toBe(1);
  });

  test('finds files that vanished, first and last included, and those of another size', async () => {
    const { store, find } = await copyOf(names(20));
    for (const key of ['v/seg0.ts', 'v/seg7.ts', 'v/seg9.ts']) store.objects.delete(key);
    const cut = store.objects.get('v/seg3.ts');
    if (cut) store.objects.set('v/seg3.ts', { ...cut, sizeBytes: 1 });
    expect(await find()).toEqual([0, 3, 7, 9]);
  });

  test('asks by name where a listing tells no ETags, which proves nothing about them', async () => {
    const keys = names(20);
    const { store, find, counts } = await copyOf(keys, { listsEtags: false });
    expect(await find()).toEqual([]);
    expect(counts.heads).toBe(20);
    const other = Buffer.from('other');
    await store.put(keys[3] ?? '', other, crc32Hex(other), { contentType: '', cacheControl: '', signal: never });
    expect(await find()).toEqual([3]);
  });

  test('asks nothing about files that are not done, and leaves them out of the sum', async () => {
    const { store, confirm, digest } = await copyOf(names(3));
    store.objects.delete('v/seg1.ts');
    expect(await confirm(done(3, digest, [1]))).toMatchObject({ vanished: [], sizeBytes: 2 * body.byteLength });
  });

  test('asks file by file where a folder holds few of ours', async () => {
    const { find, counts, store } = await copyOf(['a/init.mp4', 'b/key.bin', 'c/x.vtt']);
    store.objects.delete('b/key.bin');
    expect(await find()).toEqual([1]);
    expect(counts).toEqual({ heads: 3, listed: 0 });
  });

  test('stops listing a folder that is mostly somebody else’s', async () => {
    const ours = names(10).map((key) => key.replace('seg', 'm'));
    const { store, find, counts } = await copyOf([...ours, 'v/z.ts']);
    for (let index = 0; index < 5000; index++) {
      await store.put(`v/n${index}.ts`, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
    }
    store.objects.delete('v/z.ts');
    expect(await find()).toEqual([10]);
    expect(counts.listed).toBeLessThan(1200);
  });
});
