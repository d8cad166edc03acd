import { describe, expect, test } from 'vitest';
import { rewriteDocument } from './rewrite.ts';
import { fetchDocument } from './fetch-document.ts';

const url = 'https://h/v/thumbs.vtt';

async function read(text: string | Uint8Array) {
  const fetch = async () => ({ finalUrl: url, bytes: Buffer.from(text), validators: {} });
  const request = { use: 'thumbnails', fetchUrl: url, keyUrl: url } as const;
  const options = { fetch, maxBytes: 1e7, external: 'refuse', tokenRules: { tokenParameters: ['token'] } } as const;
  return (await fetchDocument(request, options, new AbortController().signal)).document;
}

describe('A track of thumbnails', () => {
  test('names an image in each line of a cue, and a part of it in the fragment', async () => {
    const document = await read(
      '\ufeffWEBVTT - a header\r\n\r\nNOTE see\r\nhttps://other/not-this.jpg\r\n\r\nSTYLE\r\n::cue {}\r\n\r\n' +
        'first\r\n00:00.000 --> 00:05.000 align:start\r\nsprite.jpg#xywh=0,0,160,90\r\n\r\n' +
        '00:05.000 --> 00:10.000\r\n  https://cdn/b/two.jpg?token=t#xywh=160,0,160,90\r\n',
    );
    expect(document?.role).toBe('thumbnail-track');
    expect(document?.references).toEqual([
      expect.objectContaining({ uri: 'sprite.jpg', fetchUrl: 'https://h/v/sprite.jpg', line: 11, role: 'image' }),
      expect.objectContaining({
        uri: 'https://cdn/b/two.jpg?token=t',
        fetchUrl: 'https://cdn/b/two.jpg?token=t',
        line: 14,
      }),
    ]);
    for (const { uri, start, end } of document?.references ?? []) expect(document?.text.slice(start, end)).toBe(uri);
  });

  test('is rewritten where a URI would lead to the old home, and its fragments stay', async () => {
    const document = await read(
      'WEBVTT\n\n00:00.000 --> 00:05.000\nsprite.jpg#xywh=0,0,1,1\n\n00:05.000 --> 00:09.000\nhttps://cdn/b/two.jpg?token=t#xywh=1,0,1,1\n',
    );
    if (!document) throw new Error('no document');
    const bytes = rewriteDocument(document, 'v/thumbs.vtt', ['v/sprite.jpg', '_hosts/cdn/b/two.jpg']);
    expect(Buffer.from(bytes).toString()).toBe(
      'WEBVTT\n\n00:00.000 --> 00:05.000\nsprite.jpg#xywh=0,0,1,1\n\n00:05.000 --> 00:09.000\n../_hosts/cdn/b/two.jpg#xywh=1,0,1,1\n',
    );
    const kept = rewriteDocument(document, 'v/thumbs.vtt', ['v/sprite.jpg', 'v/two.jpg']);
    expect(Buffer.from(kept).toString()).toContain('\ntwo.jpg#xywh=1,0,1,1\n');
  });

  test('is rewritten however many images it names', async () => {
    const cues = (uris: readonly string[]): string =>
      ['WEBVTT', ...uris.map((uri) => `00:00.000 --> 00:05.000\n${uri}`)].join('\n\n');
    const names = Array.from({ length: 40_000 }, (_, at) => `${at}.jpg`);
    const document = await read(cues(names.map((name) => `https://cdn/b/${name}`)));
    if (!document) throw new Error('no document');
    const bytes = rewriteDocument(
      document,
      'v/thumbs.vtt',
      names.map((name) => `v/${name}`),
    );
    expect(Buffer.from(bytes).toString()).toBe(cues(names));
  });

  test.each([
    ['JSON', '[{"src":"a.jpg"}]'],
    ['an image', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['a track without cues', 'WEBVTT\n\nNOTE nothing\n'],
    ['a track that is not UTF-8', Buffer.from('WEBVTT\n\n00:00.000 --> 00:05.000\n\xfc.jpg\n', 'latin1')],
  ])('that is %s is a file like any other', async (_, content) => {
    expect(await read(content)).toBeUndefined();
  });
});
