import { describe, expect, test } from 'vitest';
import { parseSideFiles } from '../config/values/side-files.ts';
import type { Catalogue } from './catalogue.ts';
import { readRow } from './row-reader.ts';
import { withSideFiles } from './side-files.ts';

async function read(
  fields: Readonly<Record<string, unknown>>,
  asked: string,
  playlistUrl = 'https://h/v/1/master.m3u8',
) {
  const catalogue: Catalogue = {
    name: 'test',
    async *rows() {
      yield readRow(7, { id: '1', playlistUrl, ...fields });
    },
    close: async () => {},
  };
  const parsed = parseSideFiles(asked.split(','));
  if (!parsed) throw new Error(`not readable: ${asked}`);
  for await (const row of withSideFiles(catalogue, parsed).rows({ signal: new AbortController().signal }))
    return row.kind === 'video' ? (row.submission.sideFiles ?? []) : row.failure.message;
  return undefined;
}

describe('Side files of a row', () => {
  test('are a URL, or a path from the playlist', async () => {
    expect(await read({ poster: 'https://i/1.jpg' }, 'poster')).toEqual([{ role: 'poster', url: 'https://i/1.jpg' }]);
    expect(await read({ img: { big: '../p/1.jpg' } }, 'poster=img.big')).toEqual([
      { role: 'poster', url: 'https://h/v/p/1.jpg' },
    ]);
    expect(await read({ poster: 'p.jpg' }, 'poster', 'file:///v/1/master.m3u8')).toEqual([
      { role: 'poster', url: 'file:///v/1/p.jpg' },
    ]);
  });

  test('are lists of URLs, of objects with one, or several URLs in one text', async () => {
    const both = ['a.vtt', 'b.vtt'].map((name) => ({ role: 'captions', url: `https://h/v/1/${name}` }));
    expect(await read({ captions: ['a.vtt', 'b.vtt'] }, 'captions')).toEqual(both);
    expect(await read({ subs: [{ lang: 'de', url: 'a.vtt' }, { src: 'b.vtt' }] }, 'captions=subs')).toEqual(both);
    expect(await read({ captions: 'https://h/v/1/a.vtt https://h/v/1/b.vtt' }, 'captions')).toEqual(both);
    expect(await read({ a: 'a.vtt', b: 'b.vtt' }, 'captions=a,captions=b')).toEqual(both);
  });

  test('are a list of any length', async () => {
    const many = Array.from({ length: 150_000 }, (_, at) => `${at}.vtt`);
    expect(await read({ captions: many }, 'captions')).toHaveLength(many.length);
  });

  test('are none where the row has no such field, or an empty one', async () => {
    expect(await read({ poster: null, captions: [] }, 'poster,captions,thumbnails')).toEqual([]);
    expect(await read({ poster: 'https://i/1.jpg' }, 'captions')).toEqual([]);
    expect(await read({ poster: ' ' }, 'poster')).toEqual([]);
  });

  test.each([
    [{ poster: 'ftp://i/1.jpg' }],
    [{ poster: 'file:///etc/passwd' }],
    [{ poster: 's3://other/1.jpg' }],
    [{ poster: true }],
    [{ poster: [{ name: 'x' }] }],
  ])('that are none refuse the row: %j', async (fields) => {
    expect(await read(fields, 'poster')).toMatch(
      /^row 7 has a poster that names no poster: it is .*, and must be an http/,
    );
  });

  test('of roles that do not exist are refused on the command line', () => {
    expect(parseSideFiles(['postr'])).toBeUndefined();
    expect(parseSideFiles(['poster=$x'])).toBeUndefined();
  });
});

describe('A field of side files', () => {
  const catalogue = (...rows: readonly object[]): Catalogue => ({
    name: 'videos.json',
    async *rows() {
      for (const [at, fields] of rows.entries())
        yield readRow(at + 1, { id: String(at), playlistUrl: 'https://h/v.m3u8', ...fields });
    },
    close: async () => {},
  });
  const told = async (...rows: readonly object[]) => {
    const messages: string[] = [];
    const asked = parseSideFiles(['poster=image', 'captions']) ?? [];
    const whole = withSideFiles(catalogue(...rows), asked, (message) => messages.push(message));
    for (let times = 0; times < 2; times++) for await (const _ of whole.rows({ signal: new AbortController().signal }));
    return messages;
  };

  test('that no row has is told, once', async () => {
    expect(await told({ image: '' }, { img: 'i.jpg' })).toEqual([
      'no row of videos.json has anything at captions, which --side-files names for captions',
    ]);
    expect(await told({ image: 'i.jpg' }, { captions: 7 })).toEqual([]);
  });

  test('is told of no catalogue without videos', async () => {
    expect(await told()).toEqual([]);
    expect(await told({ playlistUrl: 7 })).toEqual([]);
  });
});
