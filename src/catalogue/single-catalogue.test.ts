import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CatalogueRow } from './catalogue.ts';
import { idOfPlaylist, singleCatalogue } from './single-catalogue.ts';

async function rowsOf(playlists: readonly string[]): Promise<CatalogueRow[]> {
  const rows: CatalogueRow[] = [];
  for await (const row of singleCatalogue(playlists, '/videos').rows({ signal: new AbortController().signal }))
    rows.push(row);
  return rows;
}

describe('the id of a playlist', () => {
  it.each([
    ['https://cdn.example/course/1/main.m3u8', 'cdn.example/course/1/main'],
    ['http://CDN.example:80/course/1/main.M3U8', 'cdn.example/course/1/main'],
    ['http://127.0.0.1:8080/main.m3u8', '127.0.0.1~8080/main'],
    ['https://cdn.example/a%20b/%C3%BC.m3u8', 'cdn.example/a b/ü'],
    ['https://cdn.example/100%/main', 'cdn.example/100%/main'],
    ['https://user:pass@cdn.example/main.m3u8#t=1', 'cdn.example/main'],
    ['https://cdn.example/main.m3u8?token=1&Expires=2', 'cdn.example/main'],
    ['https://cdn.example/play?id=7', expect.stringMatching(/^cdn\.example\/play~[0-9a-f]{8}$/)],
    ['file:///srv/videos/a/main.m3u8', 'srv/videos/a/main'],
    ['https://cdn.example/', undefined],
  ])('%s is %s', (url, id) => expect(idOfPlaylist(new URL(url))).toEqual(id));

  it('is another for another query that chooses the object', () => {
    expect(idOfPlaylist(new URL('https://a.example/play?id=7'))).not.toBe(
      idOfPlaylist(new URL('https://a.example/play?id=8')),
    );
  });
});

const video = (row: number, submission: { readonly id: string; readonly playlistUrl: string }): CatalogueRow => ({
  kind: 'video',
  row,
  submission,
  fields: submission,
});

describe('playlists named by hand', () => {
  it('are videos, in their order, by URL or by path', async () => {
    expect(await rowsOf(['https://a.example/x.m3u8?token=1', 'local/x.m3u8', 'https://b.example/x.m3u8'])).toEqual([
      video(1, { id: 'a.example/x', playlistUrl: 'https://a.example/x.m3u8?token=1' }),
      video(2, { id: 'videos/local/x', playlistUrl: pathToFileURL('/videos/local/x.m3u8').href }),
      video(3, { id: 'b.example/x', playlistUrl: 'https://b.example/x.m3u8' }),
    ]);
  });

  it('have the same id alone as in company', async () => {
    const all = await rowsOf(['https://a.example/x.m3u8', 'https://b.example/x.m3u8']);
    expect(await rowsOf(['https://b.example/x.m3u8'])).toEqual([{ ...all[1], row: 1 }]);
  });

  it('named twice are one', async () => {
    expect(await rowsOf(['https://a.example/x.m3u8', 'https://a.example/x.m3u8'])).toHaveLength(1);
  });

  it('that would share an id are refused but the first', async () => {
    expect(await rowsOf(['https://a.example/x.m3u8', 'https://a.example/x'])).toMatchObject([
      { kind: 'video' },
      { kind: 'refused', row: 2, failure: { code: 'catalogue.duplicate' } },
    ]);
  });

  it.each(['ftp://a.example/x.m3u8', 'https://', 'https://a.example/'])('%s is refused', async (playlist) => {
    expect(await rowsOf([playlist])).toMatchObject([{ kind: 'refused', row: 1, failure: { code: 'catalogue.row' } }]);
  });
});
