import { describe, expect, test } from 'vitest';
import { mediaPlaylist, openLibrary, plant, textOf, videoFiles } from './harness.ts';

describe('A copy to a destination', () => {
  test('publishes where what stands between repeats each write, and answers with what came of the second', async () => {
    const library = openLibrary(videoFiles('a', 3));
    const run = await library.copy({
      between: (store) => ({
        ...store,
        put: async (...put) => {
          await store.put(...put);
          return store.put(...put);
        },
      }),
    });
    expect(run.states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/index.m3u8')).toBe(mediaPlaylist(['seg0.ts', 'seg1.ts', 'seg2.ts']));
  });

  test('never overwrites what it did not write, unless told to', async () => {
    const library = openLibrary(videoFiles('a', 2));
    await plant(library, 'a/seg0.ts', 'foreign');
    await plant(library, 'a/seg1.ts', 'media of a/seg1.ts');
    const run = await library.copy();
    expect(run.states).toEqual({ a: 'incomplete' });
    expect((await library.journal.failures('a')).get('a/seg0.ts')?.failure.code).toBe('store.conflict');
    expect(textOf(library, 'a/seg0.ts')).toBe('foreign');

    expect((await library.copy({ overwrite: true })).states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/seg0.ts')).toBe('media of a/seg0.ts');
  });

  test('refuses to replace a playlist that somebody else published', async () => {
    const library = openLibrary(videoFiles('a', 1));
    await plant(library, 'a/index.m3u8', '#EXTM3U\n');
    const run = await library.copy();
    expect(run.states).toEqual({ a: 'invalid' });
    expect(run.failures[0]?.code).toBe('store.conflict');
    expect(textOf(library, 'a/index.m3u8')).toBe('#EXTM3U\n');
  });

  test('finds at the barrier what vanished from the destination, and copies it again', async () => {
    const library = openLibrary(videoFiles('a', 20));
    await library.copy();
    for (const key of ['a/seg3.ts', 'a/seg19.ts', 'a/seg0.ts']) library.store.objects.delete(key);
    const run = await library.copy({ recheck: true });
    expect(run.states).toEqual({ a: 'published' });
    expect(run.warnings).toEqual(['3 files vanished from the destination or changed there: copied again']);
    expect(library.store.objects.size).toBe(21);
    library.store.objects.delete('a/seg7.ts');
    expect((await library.copy({ recheck: true })).warnings).toEqual([
      '1 file vanished from the destination or changed there: copied again',
    ]);
  });

  test('believes a request for an object more than a listing that leaves it out', async () => {
    const library = openLibrary(videoFiles('a', 20));
    const run = await library.copy({
      between: (store) => ({
        ...store,
        async *list(...asked) {
          for await (const object of store.list(...asked)) if (object.key !== 'a/seg7.ts') yield object;
        },
      }),
    });
    expect(run.states).toEqual({ a: 'published' });
    expect(library.source.requests.filter((url) => url.endsWith('seg7.ts'))).toHaveLength(1);
  });

  test('gives up on a destination that loses a file each time it is written', async () => {
    const library = openLibrary(videoFiles('a', 20));
    const run = await library.copy({
      between: (store) => ({
        ...store,
        put: async (key, ...rest) => {
          const put = await store.put(key, ...rest);
          if (key === 'a/seg7.ts') library.store.objects.delete(key);
          return put;
        },
      }),
    });
    expect(run.states).toEqual({ a: 'invalid' });
    expect(run.failures.map(({ code }) => code)).toEqual(['store.status']);
    expect(textOf(library, 'a/index.m3u8')).toBeUndefined();
  });

  test('does not publish over an object that somebody replaced by another of the same size', async () => {
    const library = openLibrary(videoFiles('a', 20));
    await library.copy();
    await plant(library, 'a/seg7.ts', 'x'.repeat('media of a/seg7.ts'.length));
    const run = await library.copy({ recheck: true });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect((await library.journal.failures('a')).get('a/seg7.ts')?.failure.code).toBe('store.conflict');
  });
});
