import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogueRow } from './catalogue.ts';
import { openFileCatalogue } from './file-catalogue.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flants-catalogue-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(
  text: string | Uint8Array,
  name = 'library',
  signal = new AbortController().signal,
): Promise<CatalogueRow[]> {
  const path = join(folder, name);
  await writeFile(path, text);
  return readAll(path, signal);
}

async function readAll(path: string, signal = new AbortController().signal): Promise<CatalogueRow[]> {
  const rows: CatalogueRow[] = [];
  for await (const each of openFileCatalogue(path).rows({ signal })) rows.push(each);
  return rows;
}

const video = (id: string, more: object = {}): unknown =>
  expect.objectContaining({
    kind: 'video',
    submission: { id, playlistUrl: `https://cdn.example/${id}.m3u8`, ...more },
  });
const row = (id: string | number): object => ({ id, playlistUrl: `https://cdn.example/${id}.m3u8` });
const refused = (number: number, text: string, more: object = {}): unknown =>
  expect.objectContaining({
    kind: 'refused',
    row: number,
    failure: expect.objectContaining({ message: expect.stringContaining(text) }),
    ...more,
  });

describe('forms', () => {
  const forms: [form: string, text: string][] = [
    ['an array', JSON.stringify([row('a'), row('b')])],
    ['a pretty array', JSON.stringify([row('a'), row('b')], null, 2)],
    ['an object with videos', JSON.stringify({ version: 1, videos: [row('a'), row('b')] })],
    ['a pretty object with videos', JSON.stringify({ videos: [row('a'), row('b')] }, null, 2)],
    ['a row a line', `${JSON.stringify(row('a'))}\n${JSON.stringify(row('b'))}\n`],
    ['a row a line, without the last line feed', `${JSON.stringify(row('a'))}\n${JSON.stringify(row('b'))}`],
    [
      'a row a line, with carriage returns and blank lines',
      `\r\n${JSON.stringify(row('a'))}\r\n\r\n${JSON.stringify(row('b'))}\r\n`,
    ],
    ['an array after a byte order mark', `\uFEFF${JSON.stringify([row('a'), row('b')])}`],
    ['a row a line after a byte order mark', `\uFEFF${JSON.stringify(row('a'))}\n${JSON.stringify(row('b'))}\n`],
  ];
  it.each(forms)('%s is read, whatever the file is called', async (_, text) => {
    for (const name of ['library.json', 'library.ndjson', 'library.txt'])
      expect(await rowsOf(text, name)).toEqual([video('a'), video('b')]);
  });

  it('one row is a catalogue', async () => {
    expect(await rowsOf(JSON.stringify(row('a')))).toEqual([video('a')]);
  });

  it('an array on one long line is read', async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => row(`video-${index}`));
    expect(await rowsOf(JSON.stringify(rows))).toHaveLength(30_000);
  });

  it.each([
    ['nothing', '', 'holds no rows'],
    ['blanks', ' \n\n', 'holds no rows'],
    ['an empty array', '[]', 'holds no rows'],
    ['no videos', '{"videos":[]}', 'holds no rows'],
    ['half an array', '[{"id":"a"},', 'is not one'],
    ['a playlist', '#EXTM3U\nseg.ts\n', 'is not JSON'],
    ['a table', 'id,url\n1,https://cdn.example/1.m3u8\n', 'is not JSON'],
    ['another object', '{\n"a": 1\n}', 'without an array of videos'],
    ['a broken object', '{\n"a": \n', 'is not JSON'],
  ])('%s is catalogue.unreadable', async (_, text, message) => {
    await expect(rowsOf(text)).rejects.toMatchObject({
      code: 'catalogue.unreadable',
      message: expect.stringContaining(message),
    });
  });

  it('no file, or a folder, is catalogue.unreadable', async () => {
    await mkdir(join(folder, 'a'));
    for (const [name, message] of [
      ['nowhere.json', 'is not there'],
      ['a', 'is a folder'],
    ] as const) {
      await expect(readAll(join(folder, name))).rejects.toMatchObject({
        code: 'catalogue.unreadable',
        message: expect.stringContaining(message),
      });
    }
  });
});

describe('rows', () => {
  it('have the fields by their other names too, and absent ones as null', async () => {
    const rows = await rowsOf(
      JSON.stringify([
        { id: 'a', url: 'https://cdn.example/a.m3u8', title: 'A', recorded_at: '2026-11-23T09:00:00+01:00', more: 1 },
        { id: 'b', playlist_url: 'https://cdn.example/b.m3u8', recordedAt: '2026-11-23', title: null },
        { id: 'c', playlist: ' https://cdn.example/c.m3u8 ', recordedAt: null, playlistUrl: null },
      ]),
    );
    expect(rows).toEqual([
      video('a', { title: 'A', recordedAt: '2026-11-23T08:00:00.000Z' }),
      video('b', { recordedAt: '2026-11-23T00:00:00.000Z' }),
      video('c'),
    ]);
  });

  it('are numbered, and keep all their fields for rules to look at', async () => {
    const a = { ...row('a'), hls: { ready: true } };
    const lines = `\n${JSON.stringify(a)}\n\n${JSON.stringify(row('b'))}\n`;
    expect(await rowsOf(lines)).toMatchObject([
      { row: 2, fields: a },
      { row: 4, fields: row('b') },
    ]);
    expect(await rowsOf(JSON.stringify([a, row('b')]))).toMatchObject([
      { row: 1, fields: a },
      { row: 2, fields: row('b') },
    ]);
  });

  it('have text for an id, which a number becomes', async () => {
    expect(await rowsOf(JSON.stringify([row(17), row(' x ')].map((each) => ({ ...each, url: undefined }))))).toEqual([
      video('17'),
      video('x', { playlistUrl: 'https://cdn.example/%20x%20.m3u8' }),
    ]);
  });

  it('may name a playlist by its path from the folder of the catalogue', async () => {
    const rows = await rowsOf(
      JSON.stringify([
        { id: 'a', playlistUrl: 'videos/a #1.m3u8' },
        { id: 'b', playlistUrl: '/srv/b.m3u8' },
      ]),
    );
    expect(rows).toEqual([
      video('a', { playlistUrl: pathToFileURL(join(folder, 'videos/a #1.m3u8')).href }),
      video('b', { playlistUrl: pathToFileURL('/srv/b.m3u8').href }),
    ]);
  });

  it.each([
    ['text', '"text"', 'is not an object'],
    ['null', 'null', 'is not an object'],
    ['no id', '{"url":"https://cdn.example/x.m3u8"}', 'has no id'],
    ['an empty id', '{"id":" ","url":"https://cdn.example/x.m3u8"}', 'has a bad id'],
    ['an id that is a step in a path', '{"id":"..","url":"https://cdn.example/x.m3u8"}', 'has a bad id: it is ".."'],
    ['no URL', '{"id":"x"}', 'has no playlistUrl'],
    ['an empty URL', '{"id":"x","url":""}', 'has no playlistUrl'],
    ['a bad URL', '{"id":"x","url":"https://"}', 'has a playlistUrl that is neither'],
    ['a URL nobody reads', '{"id":"x","url":"ftp://h/x.m3u8"}', 'has a playlistUrl that is neither'],
    ['an id that loses digits', '{"id":1e30,"url":"https://cdn.example/x.m3u8"}', 'has a bad id: it is 1e+30'],
    [
      'a playlist that is none',
      '{"id":"x","playlistUrl":7,"url":"https://cdn.example/x.m3u8"}',
      'has a bad playlistUrl',
    ],
  ])('with %s are refused, and the others read', async (_, bad, message) => {
    expect(await rowsOf(`[${JSON.stringify(row('a'))},${bad},${JSON.stringify(row('b'))}]`)).toEqual([
      video('a'),
      refused(2, message),
      video('b'),
    ]);
  });

  it('are read by the first of their names that says something', async () => {
    const blank = {
      playlistUrl: ' ',
      playlist_url: null,
      playlist: { id: 1 },
      recordedAt: '',
      recorded_at: '2026-11-23',
    };
    const rows = [{ id: 'a', ...blank, url: 'https://cdn.example/a.m3u8' }];
    expect(await rowsOf(JSON.stringify(rows))).toEqual([video('a', { recordedAt: '2026-11-23T00:00:00.000Z' })]);
  });

  it('with a title or date that cannot be read are videos without, and say so', async () => {
    const rows = [{ ...row('a'), title: ['A'], recorded_at: 'soon' }];
    expect(await rowsOf(JSON.stringify(rows))).toMatchObject([
      {
        ...(video('a') as { sample: object }).sample,
        warning: expect.stringMatching(
          /^row 1 has a title .* a list of 1, .* and has a recorded_at .* "soon", /,
        ) as string,
      },
    ]);
  });

  it('that are refused say which video that was', async () => {
    expect(await rowsOf('[{"id":"x"}]')).toEqual([refused(1, 'playlistUrl', { id: 'x' })]);
  });

  it('with the id of an earlier one are refused', async () => {
    const rows = await rowsOf(JSON.stringify([row('1'), row(1), row('2')]));
    expect(rows).toEqual([video('1'), refused(2, 'which an earlier row has', { id: '1' }), video('2')]);
    expect(rows[1]).toMatchObject({ failure: { code: 'catalogue.duplicate' } });
  });

  it('that are no JSON, no UTF-8 or too long are refused by the number of their line', async () => {
    const line = (id: string): Buffer => Buffer.from(`${JSON.stringify(row(id))}\n`);
    const rows = await rowsOf(
      Buffer.concat([
        Buffer.from('{"id": broken\n\n'),
        line('a'),
        Buffer.from([0x7b, 0xff, 0x0a]),
        Buffer.from(`{"id":"${'x'.repeat(2 * 1024 * 1024)}"}\n`),
        line('b'),
        Buffer.from('{"id":"cut'),
      ]),
    );
    expect(rows).toEqual([
      refused(1, 'is not JSON'),
      video('a'),
      refused(4, 'is not JSON'),
      refused(5, 'is longer than 1 MiB'),
      video('b'),
      refused(7, 'is not JSON'),
    ]);
  });
});

describe('reading', () => {
  it('throws aborted when it is stopped', async () => {
    const stop = new AbortController();
    await writeFile(join(folder, 'a'), `${JSON.stringify(row('a'))}\n${JSON.stringify(row('b'))}\n`);
    const reading = async (): Promise<void> => {
      for await (const _ of openFileCatalogue(join(folder, 'a')).rows({ signal: stop.signal })) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' });
  });
});
