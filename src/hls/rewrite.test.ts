import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaPlaylist, segments, walkSite } from '../../test/hls/site.ts';
import type { Page } from '../../test/hls/site.ts';
import { keyOf } from '../domain/names/destination-key.ts';
import { defaultTokenParameters } from '../domain/names/tokens.ts';
import { rewriteDocument } from './rewrite.ts';

const root = 'https://cdn.example/v/1/list.m3u8';
const rules = { root: 'https://cdn.example', tokenParameters: defaultTokenParameters };

/** The root playlist as it would be published. */
async function publish(
  page: string | Uint8Array,
  others: Readonly<Record<string, Page>> = {},
  at = root,
): Promise<Buffer> {
  const { documents } = await walkSite(at, { [at]: page, ...others });
  const document = documents.at(-1);
  if (!document) throw new Error('no document');
  const keys = document.references.map(({ keyUrl }) => keyOf(new URL(keyUrl), rules));
  return Buffer.from(rewriteDocument(document, keyOf(new URL(document.keyUrl), rules), keys));
}

async function published(uri: string): Promise<string | undefined> {
  return (await publish(segments(uri))).toString().split('\n')[3];
}

describe('a URI that leads to its object stays as it is', () => {
  test.each([
    '1.ts',
    './1.ts',
    '../2/1.ts',
    'a%20b.ts',
    'a b.ts',
    'é.ts',
    '%C3%A9.ts',
    'a%2Bb.ts',
    '1.ts#t=1',
    '%31.ts',
  ])('%s', async (uri) => {
    expect(await published(uri)).toBe(uri);
  });
});

describe('a URI that would lead elsewhere becomes relative', () => {
  test.each([
    ['an absolute one', 'https://cdn.example/v/1/1.ts', '1.ts'],
    ['one without a scheme', '//cdn.example/v/1/1.ts', '1.ts'],
    ['one from the root of its host', '/v/2/1.ts', '../2/1.ts'],
    ['one above the root of its host', '../../../1.ts', '../../1.ts'],
    ['one of another host', 'https://other.example/a/1.ts', '../../_hosts/other.example/a/1.ts'],
    ['one with a token', '1.ts?token=secret', '1.ts'],
    ['one with an empty query', '1.ts?', '1.ts'],
    ['one with a plus sign', 'a+b.ts', 'a%2Bb.ts'],
    ['one with a colon', 'seg:1.ts', 'seg%3A1.ts'],
    ['one with a backslash', 'a\\1.ts', 'a/1.ts'],
    ['one with blanks and quotes', '/v/1/a "b", c.ts', 'a%20%22b%22%2C%20c.ts'],
  ])('%s', async (_, uri, expected) => {
    expect(await published(uri)).toBe(expected);
  });

  test('with a query that chooses the object, which goes into its name', async () => {
    expect(await published('1.ts?start=5')).toMatch(/^1~[0-9a-f]{8}\.ts$/);
    expect(await published('1.ts?start=5&token=x')).toBe(await published('1.ts?start=5'));
    expect(await published('1.ts?start=6')).not.toBe(await published('1.ts?start=5'));
  });
});

describe('a playlist', () => {
  test('that need not change keeps every byte', async () => {
    const bytes = Buffer.from(`\uFEFF${segments('1.ts').replaceAll('\n', '\r\n')}\r # odd \r\r\n\t`);
    expect(await publish(bytes)).toEqual(bytes);
  });

  test('that must change loses its byte order mark and nothing else', async () => {
    const text = [
      '\uFEFF#EXTM3U\r\n#EXT-X-TARGETDURATION:6\r#EXT-X-VENDOR: X="1" ,URI=\n',
      '#EXT-X-MAP: URI = "/v/1/init.mp4" ,BYTERANGE="9@0"\r\n',
      '#EXTINF:6,a "title"\r\n  /v/1/1.ts  \r\n\r\n# note\n1.ts\n#EXT-X-KEY:METHOD=AES-128,URI=/v/1/k,IV=0x1\n#EXT-X-ENDLIST',
    ].join('');
    const expected = text
      .slice(1)
      .replace('"/v/1/init.mp4"', '"init.mp4"')
      .replace('  /v/1/1.ts  ', '  1.ts  ')
      .replace('URI=/v/1/k', 'URI=k');
    expect((await publish(text)).toString()).toBe(expected);
  });

  test('in another encoding than UTF-8 is copied as it is, but not changed', async () => {
    const text = segments('1.ts').replace('6,', '6,caf\u00e9');
    expect(await publish(Buffer.from(text, 'latin1'))).toEqual(Buffer.from(text, 'latin1'));
    const absolute = Buffer.from(text.replace('1.ts', '/v/1/1.ts'), 'latin1');
    await expect(publish(absolute)).rejects.toMatchObject({ code: 'hls.malformed' });
  });

  test('behind a redirect to an edge host may stay as it is', async () => {
    const edge = 'https://edge.example/x/list.m3u8';
    const pages = { [root]: { redirect: edge }, [edge]: segments('1.ts', 'a/2.ts', '/x/3.ts') };
    const { documents } = await walkSite(root, pages);
    const document = documents[0];
    if (!document) throw new Error('no document');
    const keys = document.references.map(({ keyUrl }) => keyOf(new URL(keyUrl), rules));
    expect(keys).toEqual(['v/1/1.ts', 'v/1/a/2.ts', 'v/1/3.ts']);
    expect(Buffer.from(rewriteDocument(document, 'v/1/list.m3u8', keys)).toString()).toBe(
      segments('1.ts', 'a/2.ts', '3.ts'),
    );
  });

  test('leaves what stays outside alone', async () => {
    const text = mediaPlaylist(
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"',
      '#EXT-X-VENDOR:URI="https://x.example/"',
      '/v/1/1.ts',
    );
    expect((await publish(text)).toString()).toBe(text.replace('/v/1/1.ts', '1.ts'));
  });

  test('changed once needs no change any more', async () => {
    const uri = fc.constantFrom(
      '1.ts',
      '/v/1/2.ts',
      'https://other.example/a b.ts',
      'a+b.ts',
      '../3.ts?start=1',
      'x:y',
      'é.ts',
      '//cdn.example/%2B',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(uri, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\r'), async (uris, eol) => {
        const once = await publish(segments(...uris).replaceAll('\n', eol));
        expect(await publish(once)).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });
});

test('chapters change in their image addresses alone', async () => {
  const json =
    '[ {"images":[{"url" : "https:\\/\\/cdn.example\\/v\\/1\\/é.jpg", "n": 1.0}, {"url":"2.jpg"}],\n "url": "/x"} ]\n';
  const at = 'https://cdn.example/v/1/c.json';
  const { documents } = await walkSite(root, {
    [root]: mediaPlaylist('#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"', '1.ts'),
    [at]: json,
  });
  const document = documents.find(({ url }) => url === at);
  if (!document) throw new Error('no document');
  const rewritten = Buffer.from(rewriteDocument(document, 'v/1/c.json', ['v/1/é.jpg', 'v/1/2.jpg'])).toString();
  expect(rewritten).toBe(json.replace('https:\\/\\/cdn.example\\/v\\/1\\/é.jpg', '%C3%A9.jpg'));
});

describe('a media playlist without EXT-X-ENDLIST gets one', () => {
  test.each([
    ['behind its last line', '#EXTM3U\n#EXTINF:6,\na.ts\n', '#EXTM3U\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n'],
    ['on a line of its own', '#EXTM3U\n#EXTINF:6,\na.ts', '#EXTM3U\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n'],
    ['with its line ends', '#EXTM3U\r\n#EXTINF:6,\r\na.ts\r\n', '#EXTM3U\r\n#EXTINF:6,\r\na.ts\r\n#EXT-X-ENDLIST\r\n'],
    ['beside URIs that change', '#EXTM3U\n#EXTINF:6,\n/v/1/a.ts\n', '#EXTM3U\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n'],
    ['without a byte order mark', '\uFEFF#EXTM3U\n#EXTINF:6,\na.ts\n', '#EXTM3U\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n'],
  ])('%s', async (_, page, expected) => {
    expect((await publish(page)).toString()).toBe(expected);
  }); // prettier-ignore

  test('also in another encoding than UTF-8', async () => {
    const page = Buffer.from('#EXTM3U\n#EXTINF:6,caf\u00e9\na.ts\n', 'latin1');
    expect(await publish(page)).toEqual(Buffer.concat([page, Buffer.from('#EXT-X-ENDLIST\n')]));
  });

  test('but a list of variants does not', async () => {
    const variants = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n';
    const others = { 'https://cdn.example/v/1/a.m3u8': segments('a.ts') };
    expect((await publish(variants, others)).toString()).toBe(variants);
  });
});
