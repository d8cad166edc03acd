import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mediaPlaylist, roomyLimits, segments, site, variants, walkSite } from '../../test/hls/site.ts';
import { FlantsError } from '../domain/failure.ts';
import { defaultTokenRules } from '../domain/names/tokens.ts';
import { MiB } from '../domain/units.ts';
import { readSideFiles } from './side-files.ts';
import { walkPresentation } from './walk.ts';

const root = 'https://cdn.example/v/master.m3u8';
const below = (path: string) => `https://cdn.example/v/${path}`;

async function codeOf(walk: Promise<unknown>): Promise<string> {
  return walk.then(
    () => 'none',
    (error: unknown) => (error instanceof FlantsError ? error.code : String(error)),
  );
}

describe('a walk', () => {
  test('reads each playlist once and puts what is named before what names it', async () => {
    const { fetch, requests } = site({
      [root]: variants('lo/list.m3u8', 'hi/list.m3u8', 'lo/list.m3u8'),
      [below('lo/list.m3u8')]: segments('1.ts', '2.ts'),
      [below('hi/list.m3u8')]: segments('1.ts'),
    });
    const presentation = await walkPresentation(root, {
      fetch,
      limits: roomyLimits,
      signal: new AbortController().signal,
    });
    expect(requests.toSorted()).toEqual([below('hi/list.m3u8'), below('lo/list.m3u8'), root]);
    expect(presentation.documents.map(({ url, role }) => [url, role])).toEqual([
      [below('lo/list.m3u8'), 'media-playlist'],
      [below('hi/list.m3u8'), 'media-playlist'],
      [root, 'multivariant-playlist'],
    ]);
    expect(presentation.files.map(({ fetchUrl }) => fetchUrl)).toEqual([
      below('lo/1.ts'),
      below('lo/2.ts'),
      below('hi/1.ts'),
    ]);
  });

  test('follows what is played in between, without a warning', async () => {
    const asset = '#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",X-ASSET-URI="ad/master.m3u8"';
    const presentation = await walkSite(root, {
      [root]: variants('list.m3u8'),
      [below('list.m3u8')]: mediaPlaylist('#EXTINF:6,', '1.ts', asset, '#EXTINF:6,', '2.ts'),
      [below('ad/master.m3u8')]: variants('a.m3u8'),
      [below('ad/a.m3u8')]: segments('ad.ts'),
    });
    expect(presentation.documents.map(({ url }) => url)).toEqual([
      below('ad/a.m3u8'),
      below('ad/master.m3u8'),
      below('list.m3u8'),
      root,
    ]);
    expect(presentation.files.map(({ fetchUrl }) => fetchUrl)).toEqual([
      below('1.ts'),
      below('ad/ad.ts'),
      below('2.ts'),
    ]);
    expect(presentation.warnings).toEqual([]);
  });

  test('has the same result whoever answers first', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const { fetch } = site({
      [root]: variants(...names.map((name) => `${name}.m3u8`)),
      ...Object.fromEntries(names.map((name) => [below(`${name}.m3u8`), segments(`${name}.ts`)])),
    });
    for (const order of [names, names.toReversed()]) {
      const released = Promise.withResolvers<void>();
      let waiting = 0;
      const late: typeof fetch = async (url, options) => {
        const rank = order.findIndex((name) => url.endsWith(`/${name}.m3u8`));
        if (++waiting === 11) released.resolve();
        if (rank >= 0) await released.promise;
        for (let turn = 0; turn < rank; turn++) await Promise.resolve();
        return fetch(url, options);
      };
      const options = { fetch: late, limits: roomyLimits, signal: new AbortController().signal, concurrency: 10 };
      const { files } = await walkPresentation(root, options);
      expect(files.map(({ fetchUrl }) => fetchUrl)).toEqual(names.map((name) => below(`${name}.ts`)));
    }
  });

  test('reads no more than a few at a time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}.m3u8`);
    const { fetch } = site({
      [root]: variants(...names),
      ...Object.fromEntries(names.map((name) => [below(name), segments('a.ts')])),
    });
    let busy = 0;
    let most = 0;
    const counted: typeof fetch = async (url, options) => {
      most = Math.max(most, ++busy);
      await Promise.resolve();
      const text = await fetch(url, options);
      busy--;
      return text;
    };
    await walkPresentation(root, {
      fetch: counted,
      limits: roomyLimits,
      signal: new AbortController().signal,
      concurrency: 3,
    });
    expect(most).toBe(3);
  });

  test('takes a media playlist for its root, too', async () => {
    const { documents, files } = await walkSite(root, { [root]: segments('1.ts') });
    expect(documents.map(({ role }) => role)).toEqual(['media-playlist']);
    expect(files).toMatchObject([{ fetchUrl: below('1.ts'), keyUrl: below('1.ts'), playlistUrl: root, line: 4 }]);
  });

  test('reads a playlist under each of its tokens, which may choose it, and tells its URL without them', async () => {
    const { documents } = await walkSite(`${root}?token=0`, {
      [`${root}?token=0`]: variants('a.m3u8?token=1', 'a.m3u8?token=2'),
      [below('a.m3u8?token=1')]: segments('1.ts'),
      [below('a.m3u8?token=2')]: segments('2.ts'),
    });
    expect(documents.map(({ url }) => url)).toEqual([below('a.m3u8'), below('a.m3u8'), root]);
    expect(documents[1]?.fetchUrl).toBe(below('a.m3u8?token=2'));
  });

  describe('that comes to a WebVTT file', () => {
    const named = (type: string): string =>
      `#EXTM3U\n#EXT-X-MEDIA:TYPE=${type},GROUP-ID="s",NAME="en",URI="en.vtt"\n#EXT-X-STREAM-INF:BANDWIDTH=1,${type}="s"\na.m3u8\n`;
    const walk = (type: string, text: string) =>
      walkSite(root, { [root]: named(type), [below('en.vtt')]: text, [below('a.m3u8')]: segments('1.ts') });

    test.each(['WEBVTT\n\n', '\ufeffWEBVTT - English\n'])(
      'in place of subtitles takes it, and warns: %j',
      async (text) => {
        const { documents, files, warnings } = await walk('SUBTITLES', text);
        expect(files).toMatchObject([{ fetchUrl: below('en.vtt'), role: 'data' }, { fetchUrl: below('1.ts') }]);
        expect(documents).toHaveLength(2);
        expect(warnings).toEqual([expect.stringContaining(`${below('en.vtt')} is a WebVTT file`)]);
      },
    );

    test.each([
      ['AUDIO', 'WEBVTT\n\n'],
      ['SUBTITLES', 'WEBVTTX'],
      ['SUBTITLES', '<html>'],
    ])('refuses what is neither: %s, %j', async (type, text) => {
      expect(await codeOf(walk(type, text))).toBe('hls.not-a-playlist');
    });
  });

  test('keeps what the source said about a playlist', async () => {
    const { documents } = await walkSite(root, { [root]: segments('1.ts') });
    expect(documents[0]).toMatchObject({
      validators: { etag: expect.any(String) },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('undoes gzip that nobody declared', async () => {
    const { documents } = await walkSite(root, { [root]: gzipSync(segments('1.ts')) });
    expect(Buffer.from(documents[0]?.bytes ?? []).toString()).toBe(segments('1.ts'));
    expect(await codeOf(walkSite(root, { [root]: Buffer.from([0x1f, 0x8b, 8, 0, 1]) }))).toBe('hls.not-a-playlist');
  });

  test('parses no text again that stands where an earlier one did, and is the same', async () => {
    const earlier = new Map();
    const list = below('list.m3u8');
    const pages = {
      [root]: variants('list.m3u8', 'b.m3u8'),
      [list]: segments('1.ts'),
      [below('b.m3u8')]: segments('2.ts'),
    };
    const first = await walkSite(root, pages, { earlier });
    const same = await walkSite(root, pages, { earlier });
    const other = await walkSite(root, { ...pages, [list]: segments('3.ts') }, { earlier });
    const elsewhere = {
      ...pages,
      [list]: { redirect: below('far/list.m3u8') },
      [below('far/list.m3u8')]: segments('1.ts'),
    };
    const moved = await walkSite(root, elsewhere, { earlier });
    expect(same).toEqual(first);
    expect(same.files.map((file, at) => file === first.files[at])).toEqual([true, true]);
    expect(other.files.map(({ fetchUrl }) => fetchUrl)).toEqual([below('3.ts'), below('2.ts')]);
    expect(moved.files.map(({ fetchUrl }) => fetchUrl)).toEqual([below('far/1.ts'), below('2.ts')]);
  });

  test('ends with the first error, and aborts the others', async () => {
    const { fetch } = site({ [root]: variants('good.m3u8', 'missing.m3u8') });
    let aborted = false;
    const waiting: typeof fetch = (url, options) => {
      if (!url.endsWith('good.m3u8')) return fetch(url, options);
      return new Promise<never>((_, reject) => {
        options.signal.addEventListener('abort', () => {
          aborted = true;
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    };
    const walk = walkPresentation(root, { fetch: waiting, limits: roomyLimits, signal: new AbortController().signal });
    expect(await codeOf(walk)).toBe('source.not-found');
    expect(aborted).toBe(true);
  });

  test('ends when it is aborted', async () => {
    await expect(walkSite(root, { [root]: segments('1.ts') }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('redirects', () => {
  const edge = 'https://edge7.example/x/master.m3u8';

  test('are what URIs are resolved against, while places follow the address that was asked for', async () => {
    const { files, documents } = await walkSite(root, {
      [root]: { redirect: edge },
      [edge]: variants('a/list.m3u8'),
      'https://edge7.example/x/a/list.m3u8': segments(
        '1.ts?start=1',
        '../../y/2.ts',
        'https://cdn.example/3.ts',
        'https://other.example/x/a/4.ts',
      ),
    });
    expect(documents.map(({ url, keyUrl }) => [url, keyUrl])).toEqual([
      ['https://edge7.example/x/a/list.m3u8', below('a/list.m3u8')],
      [root, root],
    ]);
    expect(files.map(({ fetchUrl, keyUrl }) => [fetchUrl, keyUrl])).toEqual([
      ['https://edge7.example/x/a/1.ts?start=1', below('a/1.ts?start=1')],
      ['https://edge7.example/y/2.ts', 'https://edge7.example/y/2.ts'],
      ['https://cdn.example/3.ts', 'https://cdn.example/3.ts'],
      ['https://other.example/x/a/4.ts', 'https://other.example/x/a/4.ts'],
    ]);
  });
});

describe('a playlist that leads back to itself is refused', () => {
  test.each([
    ['directly', { [root]: variants('master.m3u8') }],
    ['under another token', { [root]: variants('master.m3u8?token=1'), [`${root}?token=1`]: variants('master.m3u8') }],
    [
      'over others',
      { [root]: variants('a.m3u8'), [below('a.m3u8')]: variants('b.m3u8'), [below('b.m3u8')]: variants('a.m3u8') },
    ],
    ['over a redirect', { [root]: { redirect: below('other.m3u8') }, [below('other.m3u8')]: variants('other.m3u8') }],
  ])('%s', async (_, pages) => {
    await expect(walkSite(root, pages)).rejects.toMatchObject({ code: 'hls.cycle' });
  });

  test('with the chain named', async () => {
    const pages = {
      [root]: variants('a.m3u8'),
      [below('side.m3u8')]: segments('1.ts'),
      [below('a.m3u8')]: variants('side.m3u8', 'b.m3u8'),
      [below('b.m3u8')]: variants('a.m3u8'),
    };
    const chain = [below('a.m3u8'), below('b.m3u8'), below('a.m3u8')].join(' names ');
    await expect(walkSite(root, pages)).rejects.toMatchObject({ message: `a playlist leads back to itself: ${chain}` });
  });

  test('but two ways to one playlist are none', async () => {
    const { documents, warnings } = await walkSite(root, {
      [root]: variants('a.m3u8', 'b.m3u8'),
      [below('a.m3u8')]: variants('b.m3u8'),
      [below('b.m3u8')]: segments('1.ts'),
    });
    expect(documents.map(({ url }) => url)).toEqual([below('b.m3u8'), below('a.m3u8'), root]);
    expect(warnings).toEqual([expect.stringContaining('another multivariant playlist')]);
  });
});

describe('a walk is bounded', () => {
  const endless = async (url: string) => ({
    finalUrl: url,
    bytes: Buffer.from(variants('x/list.m3u8')),
    validators: {},
  });
  const two = site({ [root]: variants('a.m3u8', 'b.m3u8') }).fetch;
  const long = gzipSync(segments('1'.repeat(5000)));

  test.each([
    ['in depth', '5 deep', { ...roomyLimits, maxDepth: 4 }, endless],
    ['in playlists', '3 playlists', { ...roomyLimits, maxPlaylists: 2 }, two],
    ['in files', '3 files', { ...roomyLimits, maxFiles: 2 }, site({ [root]: segments('1', '2', '3') }).fetch],
    ['in bytes', '40 bytes', { ...roomyLimits, maxPlaylistBytes: 40 }, site({ [root]: segments('1') }).fetch],
    ['in bytes of all playlists', '[0-9]+ bytes of playlists', { ...roomyLimits, maxBytes: 100 }, site({ [root]: variants('a.m3u8'), [below('a.m3u8')]: segments('1') }).fetch],
    ['in bytes that gzip hides', '2000 bytes', { ...roomyLimits, maxPlaylistBytes: 2000 }, site({ [root]: long }).fetch],
  ])('%s', async (_, named, limits, fetch) => {
    const walk = walkPresentation(root, { fetch, limits, signal: new AbortController().signal });
    await expect(walk).rejects.toMatchObject({ code: 'hls.limit', message: expect.stringMatching(`^https://cdn.example/v/.*${named}`) });
  }); // prettier-ignore

  test('and lets through what is just within', async () => {
    const pages = { [root]: variants('a.m3u8'), [below('a.m3u8')]: segments('1', '2') };
    const maxBytes = Object.values(pages).join('').length;
    const limits = { maxDepth: 1, maxPlaylists: 2, maxFiles: 2, maxPlaylistBytes: 1000, maxBytes };
    expect((await walkSite(root, pages, { limits })).files).toHaveLength(2);
  });
});

describe('chapters', () => {
  const master = `${variants('a.m3u8')}#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters/c.json"\n`;
  const pages = { [root]: master, [below('a.m3u8')]: segments('1.ts') };

  test('are a document, for the images that they name', async () => {
    const json = '[{"chapter": 1, "images": [{"url": "1.jpg"}, {"url": "https://img.example/2.jpg"}],\n"url": "no"}]';
    const { documents, files } = await walkSite(root, { ...pages, [below('chapters/c.json')]: json });
    expect(documents.map(({ url, role }) => [url, role])).toContainEqual([below('chapters/c.json'), 'data']);
    expect(files.map(({ fetchUrl, role }) => [fetchUrl, role])).toEqual([
      [below('1.ts'), 'segment'],
      [below('chapters/1.jpg'), 'image'],
      ['https://img.example/2.jpg', 'image'],
    ]);
  });

  test('without images are a document too: they are edited', async () => {
    const { documents, files } = await walkSite(root, { ...pages, [below('chapters/c.json')]: '[{"chapter": 1}]' });
    expect(documents.map(({ role }) => role)).toContain('data');
    expect(files).toMatchObject([{ role: 'segment' }]);
  });

  test.each([
    ['that are no JSON', 'chapters: none'],
    ['that are no text', Buffer.from([0xff, 0xfe])],
    ['that are not there', undefined],
  ])('%s are a file', async (_, json) => {
    const { documents, files } = await walkSite(
      root,
      json === undefined ? pages : { ...pages, [below('chapters/c.json')]: json },
    );
    expect(documents).toHaveLength(2);
    expect(files).toMatchObject([
      { role: 'segment' },
      { role: 'data', fetchUrl: below('chapters/c.json'), playlistUrl: root },
    ]);
  });
});

test('what stays outside is told of every playlist', async () => {
  const { external } = await walkSite(root, {
    [root]: `${variants('a.m3u8')}#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="skd://k"\n`,
    [below('a.m3u8')]: mediaPlaylist('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"', '1.ts'),
  });
  expect(external.map(({ playlistUrl, line, uri }) => [playlistUrl, line, uri])).toEqual([
    [root, 4, 'skd://k'],
    [below('a.m3u8'), 3, 'skd://k'],
  ]);
});

describe('what one document names is no matter of how much it is', () => {
  const many = 150_000;
  const limits = { ...roomyLimits, maxPlaylistBytes: 64 * MiB, maxBytes: 64 * MiB };

  test('outside the copy', async () => {
    const lines = Array.from({ length: many }, (_, at) => `#EXT-X-UNKNOWN:URI="${at}"`);
    const { external } = await walkSite(
      root,
      { [root]: mediaPlaylist(lines.join('\n'), '#EXTINF:6,', '1.ts') },
      { limits },
    );
    expect(external).toHaveLength(many);
  });

  test('in a track of thumbnails', async () => {
    const track = below('thumbnails.vtt');
    const cues = Array.from({ length: many }, (_, at) => `00:00:00.000 --> 00:00:01.000\n${at}.jpg\n\n`);
    const { fetch } = site({ [track]: `WEBVTT\n\n${cues.join('')}` });
    const { files } = await readSideFiles([{ role: 'thumbnails', url: track }], {
      fetch,
      external: 'refuse',
      tokenRules: defaultTokenRules,
      maxBytes: limits.maxPlaylistBytes,
      namedBy: 'the catalogue',
      signal: new AbortController().signal,
    });
    expect(files).toHaveLength(many);
  });
});
