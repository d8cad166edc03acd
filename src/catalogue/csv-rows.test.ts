import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatalogueRow } from './catalogue.ts';
import { openFileCatalogue } from './file-catalogue.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'csv-'))));
afterEach(() => rm(folder, { recursive: true }));

async function rowsOf(content: string | Uint8Array, name = 'videos.csv'): Promise<readonly CatalogueRow[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const rows: CatalogueRow[] = [];
  for await (const row of openFileCatalogue(path, { name }).rows({ signal: new AbortController().signal }))
    rows.push(row);
  return rows;
}

const submissions = (rows: readonly CatalogueRow[]) => rows.map((row) => row.kind === 'video' && row.submission);
const reasons = (rows: readonly CatalogueRow[]) =>
  rows.flatMap((row) => (row.kind === 'refused' ? [row.failure.message] : []));

describe('A catalogue in CSV', () => {
  test('names its columns in the first line; quotes, line breaks in cells and empty cells are read', async () => {
    const rows = await rowsOf(
      '\ufeffid,title,url,recorded_at,state\r\n' +
        '1,"One, ""the first""",https://h/1.m3u8?token=t,2026-11-23,broadcast\r\n' +
        '2,"Two\r\nlines",https://h/2.m3u8,,\r\n',
    );
    expect(submissions(rows)).toEqual([
      {
        id: '1',
        title: 'One, "the first"',
        playlistUrl: 'https://h/1.m3u8?token=t',
        recordedAt: '2026-11-23T00:00:00.000Z',
      },
      { id: '2', title: 'Two\r\nlines', playlistUrl: 'https://h/2.m3u8' },
    ]);
    expect(rows[0]).toMatchObject({ row: 2, fields: { state: 'broadcast' } });
    expect(rows[1]).toMatchObject({ row: 3, fields: { id: '2' } });
  });

  test.each([
    ['semicolons', 'id;url\n1;https://h/a,b.m3u8\n', 'videos.csv'],
    ['tabs', 'id\turl\n1\thttps://h/a,b.m3u8\n', 'videos.tsv'],
    ['commas and quotes', '"id","url"\n"1","https://h/a,b.m3u8"\n', 'VIDEOS.CSV'],
  ])('with %s', async (_, content, name) => {
    expect(submissions(await rowsOf(content, name))).toEqual([{ id: '1', playlistUrl: 'https://h/a,b.m3u8' }]);
  });

  test('in the Unicode text of spreadsheets', async () => {
    const bytes = Buffer.from('\ufeffid\turl\n1\thttps://h/ü.m3u8\n', 'utf16le');
    expect(submissions(await rowsOf(bytes))).toEqual([{ id: '1', playlistUrl: 'https://h/%C3%BC.m3u8' }]);
  });

  test('without a column for ids has those that playlists have on the command line, and paths begin at its folder', async () => {
    const rows = await rowsOf('playlist\nhttps://h/a/1.m3u8\nb/2.m3u8\n');
    expect(submissions(rows)).toEqual([
      { id: 'h/a/1', playlistUrl: 'https://h/a/1.m3u8' },
      { id: `${folder.slice(1)}/b/2`, playlistUrl: pathToFileURL(join(folder, 'b/2.m3u8')).href },
    ]);
  });

  test('a row that is none is refused by its line, and the others are read', async () => {
    const rows = await rowsOf(
      'id,url\n1,https://h/1.m3u8\n\n2\n3,https://h/3.m3u8,more\n,https://h/4.m3u8\n5,ftp://h/5\n',
    );
    expect(reasons(rows)).toEqual([
      'line 4 has only 1 cell, and the first line 2',
      'line 5 has 3 cells, and the first line 2',
      'line 6 has no id',
      'line 7 has a playlistUrl that is neither an http(s) or s3://bucket/key URL nor a path',
    ]);
    expect(submissions(rows).filter(Boolean)).toHaveLength(1);
  });

  test('rows of empty cells, with which spreadsheets end, are passed over', async () => {
    const rows = await rowsOf('id;url;title\n1;https://h/1.m3u8;\n;;\n; ;""\n;;;;\n2;https://h/2.m3u8;\n');
    expect(reasons(rows)).toEqual([]);
    expect(submissions(rows)).toMatchObject([{ id: '1' }, { id: '2' }]);
  });

  test('an id that comes twice is refused', async () => {
    expect(reasons(await rowsOf('id,url\n1,https://h/1.m3u8\n1,https://h/2.m3u8\n'))).toEqual([
      'row 3 has the id "1", which an earlier row has',
    ]);
  });

  test.each([
    [
      'a quote that is never closed',
      'id,url\n1,https://h/1.m3u8\n2,"https://h/2.m3u8\n3,x\n',
      /broken at line 3: a quote \("\) is opened in this row/,
    ],
    [
      'text after a quote',
      'id,url\n1,https://h/1.m3u8\n"2"x,y\n3,"z"\n',
      /broken at line 3: text follows a closing quote/,
    ],
    [
      'a quote within a cell',
      'id,title,url\n1,5" disk,https://h/1.m3u8\n',
      /broken at line 2: a quote \("\) stands in a cell/,
    ],
    ['no line of columns', '1,https://h/1.m3u8?token=secret\n', /does not say which column is the playlist/],
    ['a column twice', 'id,url,id\n1,https://h/1.m3u8,2\n', /names the column "id" twice/],
    ['nothing', '', /holds no rows/],
    ['columns alone', 'id,url\n', /holds no rows/],
  ])('with %s is refused as a whole', async (_, content, message) => {
    const failure = await rowsOf(content).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'catalogue.unreadable', message: expect.stringMatching(message) as string });
    expect(String(failure)).not.toContain('secret');
  });

  test('in another encoding is refused', async () => {
    await expect(rowsOf(Buffer.from('id,title,url\n1,\xfc,https://h/1.m3u8\n', 'latin1'))).rejects.toThrow(
      'is not UTF-8',
    );
  });
});
