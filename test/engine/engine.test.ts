import { describe, expect, test } from 'vitest';
import { acceptFile } from '../../src/control/accept.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { home, mediaPlaylist, openLibrary, textOf, videoFiles } from './harness.ts';

/** Fails the test at the instant a playlist is written that names something absent. */
function refusingBrokenPlaylists(store: ObjectStore, standing: ReadonlyMap<string, unknown>): ObjectStore {
  return {
    ...store,
    put: async (key, body, crc32, options) => {
      const names = key.endsWith('.m3u8')
        ? Buffer.from(body)
            .toString()
            .split('\n')
            .filter((line) => line !== '' && !line.startsWith('#'))
        : [];
      const absent = names.filter((name) => !standing.has(key.replace(/[^/]*$/, name)));
      expect(absent).toEqual([]);
      return store.put(key, body, crc32, options);
    },
  };
}

describe('A copy', () => {
  test('delivers every file and publishes each video, files before playlists', async () => {
    const library = openLibrary({ ...videoFiles('a', 250), ...videoFiles('b', 3) });
    const run = await library.copy({ between: (store) => refusingBrokenPlaylists(store, library.store.objects) });
    expect(run.states).toEqual({ a: 'published', b: 'published' });
    expect(library.store.objects.size).toBe(255);
    expect(textOf(library, 'a/seg249.ts')).toBe('media of a/seg249.ts');
  });

  test('of a large video copies those that come after it meanwhile', async () => {
    const small = Array.from({ length: 20 }, (_, at) => `small-${at}`);
    const others = small.flatMap((id) => Object.entries(videoFiles(id, 3)));
    const library = openLibrary({ ...videoFiles('large', 10_000), ...Object.fromEntries(others) });
    const { states, outcomes } = await library.copy({
      videos: ['large', ...small],
      executor: (usual) => ({ ...usual, concurrency: 10 }),
    });
    expect(new Set(Object.values(states))).toEqual(new Set(['published']));
    const lastOfSmall = outcomes.findLastIndex(
      (outcome) => outcome.kind !== 'failed' && outcome.evidence.key.startsWith('small-'),
    );
    expect(lastOfSmall).toBeLessThan(outcomes.length / 2);
  });

  test('tries a file three times, then names it and publishes nothing', async () => {
    const library = openLibrary(videoFiles('a', 5));
    library.source.objects.set(`${home}/a/seg2.ts`, () => {
      throw new FlantsError('source.status', 'broken (status 500)', { status: 500 });
    });
    const run = await library.copy();
    expect(run.states).toEqual({ a: 'incomplete' });
    expect(library.source.requests.filter((url) => url.endsWith('seg2.ts'))).toHaveLength(3);
    expect([...library.store.objects.keys()].toSorted()).toEqual(['a/seg0.ts', 'a/seg1.ts', 'a/seg3.ts', 'a/seg4.ts']);
    expect([...(await library.journal.failures('a')).keys()]).toEqual(['a/seg2.ts']);
  });

  test('is published without a file once somebody accepts its absence, and again after a new revision', async () => {
    const library = openLibrary(videoFiles('a', 3));
    library.source.objects.delete(`${home}/a/seg1.ts`);
    expect((await library.copy()).states).toEqual({ a: 'incomplete' });
    await acceptFile(
      { video: 'a', file: 'seg1.ts', reason: 'lost at the recorder', at: '2026-01-01T00:00:00Z' },
      library,
    );
    expect((await library.copy()).states).toEqual({ a: 'published' });

    library.source.objects.set(`${home}/a/index.m3u8`, { bytes: mediaPlaylist(['seg0.ts', 'seg1.ts', 'new.ts']) });
    library.source.objects.set(`${home}/a/new.ts`, { bytes: 'new' });
    expect((await library.copy()).states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/new.ts')).toBe('new');
  });

  test.each(['paused', 'cancelled'] as const)(
    'that is %s is not published, although the ledger never heard of it',
    async (type) => {
      const library = openLibrary(videoFiles('a', 3));
      const deciding = (store: ObjectStore): ObjectStore => ({
        ...store,
        put: async (key, ...rest) => {
          if (key === 'a/seg2.ts') await library.journal.decide({ type, video: 'a', at: '2026-01-01T00:00:00Z' });
          return store.put(key, ...rest);
        },
      });
      expect((await library.copy({ between: deciding })).states).toEqual({ a: type });
      expect([...library.store.objects.keys()].toSorted()).toEqual(['a/seg0.ts', 'a/seg1.ts', 'a/seg2.ts']);
      expect(await library.journal.publication('a')).toBeUndefined();
    },
  );
});
