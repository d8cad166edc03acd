import { describe, expect, test } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { home, mediaPlaylist, openLibrary, plant, textOf, videoFiles } from './harness.ts';

/** Less than any: what comes again comes at once. */
const noDelay = (): number => -1;

describe('A copy from a source', () => {
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
    await plant(library, 'a/c.json', 'somebody else’s');
    library.source.objects.set(`${home}/a/c.json`, { bytes: 'none again' });
    expect((await library.copy({ between, recheck: true })).states).toEqual({ a: 'incomplete' });
    expect(textOf(library, 'a/c.json')).toBe('somebody else’s');
  });

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
