import { describe, expect, test } from 'vitest';
import { acceptFile } from '../../src/control/accept.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { home, mediaPlaylist, openLibrary, videoFiles } from './harness.ts';
import type { Library } from './harness.ts';

const textOf = (library: Library, key: string): string | undefined => {
  const found = library.store.objects.get(key);
  return found && Buffer.from(found.body).toString();
};

/** Less than any: what comes again comes at once. */
const noDelay = (): number => -1;

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

  test('costs one conditional request per playlist when nothing has changed', async () => {
    const library = openLibrary(videoFiles('a', 20));
    await library.copy();
    library.source.requests.length = 0;
    const again = await library.copy();
    expect(again.states).toEqual({ a: 'published' });
    expect(library.source.requests).toEqual([`${home}/a/index.m3u8`]);
    expect(again.outcomes).toEqual([]);
  });

  test.each([
    ['were not there when it was planned', 1],
    ['came after it had failed for them', 2],
  ])('holds the images of chapters that %s', async (_when, absences) => {
    const library = openLibrary(videoFiles('a', 2));
    const sessionData = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"\n';
    library.source.objects.set(`${home}/a/index.m3u8`, { bytes: mediaPlaylist(['seg0.ts', 'seg1.ts']) + sessionData });
    library.source.objects.set(`${home}/a/c.json`, (request) => {
      if (request <= absences) throw new FlantsError('source.not-found', 'not there (status 404)', { status: 404 });
      return { bytes: '[{"images":[{"url":"1.jpg?w=5"}]}]' };
    });
    library.source.objects.set(`${home}/a/1.jpg?w=5`, { bytes: 'an image' });
    await library.copy();
    expect((await library.copy()).states).toEqual({ a: 'published' });
    const [, image] = /"url":"(1~[0-9a-f]+\.jpg)"/.exec(textOf(library, 'a/c.json') ?? '') ?? [];
    expect(textOf(library, `a/${image}`)).toBe('an image');
  });

  test('replaces chapters that it published by what is no longer read as such, and that again, in a store without metadata', async () => {
    const library = openLibrary(videoFiles('a', 2));
    const sessionData = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"\n';
    library.source.objects.set(`${home}/a/index.m3u8`, { bytes: mediaPlaylist(['seg0.ts', 'seg1.ts']) + sessionData });
    const between = (store: ObjectStore): ObjectStore => ({
      ...store,
      put: (key, body, crc32, { metadata: _, ...options }) => store.put(key, body, crc32, options),
    });
    for (const bytes of ['[{"chapter":1}]', 'no chapters', 'none at all', '[]', 'none']) {
      library.source.objects.set(`${home}/a/c.json`, { bytes });
      expect((await library.copy({ between, recheck: true })).states).toEqual({ a: 'published' });
      expect(textOf(library, 'a/c.json')).toBe(bytes);
    }
    library.source.objects.set(`${home}/a/c.json`, { bytes: '[{"chapter":2}]' });
    await library.copy({ between, recheck: true });
    const foreign = Buffer.from('somebody else’s');
    const options = { contentType: '', cacheControl: '', signal: new AbortController().signal };
    await library.store.put('a/c.json', foreign, crc32Hex(foreign), options);
    library.source.objects.set(`${home}/a/c.json`, { bytes: 'none again' });
    expect((await library.copy({ between, recheck: true })).states).toEqual({ a: 'incomplete' });
    expect(textOf(library, 'a/c.json')).toBe('somebody else’s');
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

  test('sends only what changed when the source was cut anew', async () => {
    const library = openLibrary(videoFiles('a', 6));
    await library.copy();
    library.source.objects.set(`${home}/a/index.m3u8`, {
      bytes: mediaPlaylist(['intro.ts', 'seg0.ts', 'seg1.ts', 'seg2.ts', 'seg3.ts', 'seg4.ts', 'seg5.ts']),
    });
    library.source.objects.set(`${home}/a/intro.ts`, { bytes: 'intro' });
    library.source.objects.set(`${home}/a/seg3.ts`, { bytes: 'replaced' });
    const run = await library.copy();
    expect(run.states).toEqual({ a: 'published' });
    expect(run.outcomes.filter(({ kind }) => kind === 'copied')).toHaveLength(2);
    expect(run.outcomes.filter(({ kind }) => kind === 'unchanged')).toHaveLength(5);
    expect(textOf(library, 'a/seg3.ts')).toBe('replaced');
    expect(textOf(library, 'a/index.m3u8')).toContain('intro.ts');
  });

  test('compares bytes where the source has no validators, and sends none twice', async () => {
    const files = Object.entries(videoFiles('a', 4)).map(([url, entry]) => [url, { ...(entry as object), etag: null }]);
    const library = openLibrary(Object.fromEntries(files) as ReturnType<typeof videoFiles>);
    await library.copy();
    const run = await library.copy({ recheck: true });
    expect(run.states).toEqual({ a: 'published' });
    expect(run.outcomes.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
  });

  test('crawls again when the playlist changes before it is published', async () => {
    const library = openLibrary(videoFiles('a', 2));
    const first = mediaPlaylist(['seg0.ts', 'seg1.ts']);
    library.source.objects.set(`${home}/a/index.m3u8`, (request) => ({
      bytes: request === 1 ? first : mediaPlaylist(['seg1.ts']),
    }));
    expect((await library.copy()).states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/index.m3u8')).toBe(mediaPlaylist(['seg1.ts']));
  });

  test('gives up on a source whose playlist is another one each time', async () => {
    const library = openLibrary(videoFiles('a', 2));
    library.source.objects.set(`${home}/a/index.m3u8`, (request) => ({
      bytes: `${mediaPlaylist(['seg0.ts'])}# ${request}\n`,
    }));
    const run = await library.copy({ random: noDelay });
    expect(run.states).toEqual({ a: 'invalid' });
    expect(run.failures.map(({ code }) => code)).toEqual(['source.changed']);
    expect(textOf(library, 'a/index.m3u8')).toBeUndefined();
  });

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

  test('renews tokens that ran out, and keeps them out of plan, evidence and playlists', async () => {
    let token = 1;
    const asks = (request: number): { bytes: string } => {
      token = request;
      return { bytes: mediaPlaylist([`seg0.ts?token=t${request}`, `seg1.ts?token=t${request}`]) };
    };
    const library = openLibrary({ [`${home}/a/index.m3u8`]: asks });
    for (const number of [1, 2]) {
      for (const name of ['seg0.ts', 'seg1.ts']) {
        library.source.objects.set(`${home}/a/${name}?token=t${number}`, () => {
          // The first token has run out by the time the segments are asked for.
          if (number === 1 || number !== token)
            throw new FlantsError('source.denied', 'no (status 403)', { status: 403 });
          return { bytes: `media of a/${name}` };
        });
      }
    }
    const run = await library.copy();
    expect(run.states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/index.m3u8')).toBe(mediaPlaylist(['seg0.ts', 'seg1.ts']));
    expect(
      JSON.stringify([...(await library.journal.evidence('a', ['a/seg0.ts', 'a/seg1.ts'])).values()]),
    ).not.toContain('t2');
  });

  test('halts without a charge when the destination denies the right to write, and goes on in the next run', async () => {
    const library = openLibrary(videoFiles('a', 30));
    let writes = 0;
    const run = await library.copy({
      between: (store) => ({
        ...store,
        put: async (...put) => {
          writes += 1;
          if (writes > 10) throw new FlantsError('store.denied', 'no right to write');
          return store.put(...put);
        },
      }),
    });
    expect(run.halted?.code).toBe('store.denied');
    expect((await library.ledger.read('a'))?.failed).toBe(0);
    const again = await library.copy();
    expect(again.states).toEqual({ a: 'published' });
    expect(again.outcomes.filter(({ kind }) => kind === 'copied').length).toBeLessThanOrEqual(20);
  });

  test('loses a worker with a poisonous file, and delivers all others', async () => {
    const library = openLibrary(videoFiles('a', 40));
    const run = await library.copy({
      executor: (usual) => ({
        ...usual,
        run: async (message, options) => {
          const poison = message.files.findIndex(({ key }) => key === 'a/seg17.ts');
          if (poison < 0) return usual.run(message, options);
          await usual.run({ ...message, files: message.files.slice(0, poison) }, options);
          return 'worker-lost';
        },
      }),
    });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect((await library.ledger.read('a'))?.done).toBe(39);
    expect(library.store.objects.has('a/seg17.ts')).toBe(false);
  });

  test('is drained in the middle and resumed without sending anything twice', async () => {
    const library = openLibrary(videoFiles('a', 120));
    const drain = new AbortController();
    let written = 0;
    const counting = (store: ObjectStore): ObjectStore => ({
      ...store,
      put: async (...put) => {
        written += 1;
        if (written === 25) drain.abort();
        return store.put(...put);
      },
    });
    await library.copy({ drain: drain.signal, between: counting });
    expect(library.store.objects.has('a/index.m3u8')).toBe(false);
    const run = await library.copy({ between: counting });
    expect(run.states).toEqual({ a: 'published' });
    expect(written).toBe(121);
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

  test('ends the run when credentials cannot be had any more', async () => {
    const library = openLibrary(videoFiles('a', 20));
    const run = await library.copy({
      executor: (usual) => ({
        ...usual,
        run: () => Promise.reject(new FlantsError('store.credentials', 'the session is over')),
      }),
    });
    expect(run.halted?.code).toBe('store.credentials');
    expect((await library.copy()).states).toEqual({ a: 'published' });
  });

  test('plans anew when a source whose URLs carry tokens is cut in mid-copy', async () => {
    const names = (token: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `seg${index}.ts?token=${token}`);
    const library = openLibrary({
      [`${home}/a/index.m3u8`]: (request) => ({ bytes: mediaPlaylist(names('t', request === 1 ? 2 : 3)) }),
      ...Object.fromEntries(names('t', 3).map((name) => [`${home}/a/${name}`, { bytes: name }])),
    });
    expect((await library.copy()).states).toEqual({ a: 'published' });
    expect(textOf(library, 'a/index.m3u8')).toContain('seg2.ts');
    expect(library.store.objects.has('a/seg2.ts')).toBe(true);
  });
});

/** Puts something there behind the engine's back. */
async function plant(library: Library, key: string, text: string): Promise<void> {
  const body = Buffer.from(text);
  const options = { contentType: '', cacheControl: '', signal: new AbortController().signal };
  await library.store.put(key, body, crc32Hex(body), options);
}
