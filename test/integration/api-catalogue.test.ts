import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApi } from '../../src/app/open/api.ts';
import { withCatalogue } from '../../src/app/open/catalogue.ts';
import { openApiCatalogue } from '../../src/catalogue/api/catalogue.ts';
import type { Catalogue, CatalogueRow } from '../../src/catalogue/catalogue.ts';
import type { ApiSource } from '../../src/config/values/api-source.ts';
import { connectSource } from '../../src/app/connect.ts';
import { loopbackSource } from '../servers/loopback-source.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';

describe('a catalogue in a JSON API', () => {
  let origin: Origin;
  const opened: Catalogue[] = [];
  beforeEach(async () => {
    origin = await startOrigin();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await origin.stop();
  });

  const source = (path: string, given: Partial<ApiSource> = {}): ApiSource => ({
    kind: 'api',
    url: origin.url + path,
    name: 'the API',
    paging: {},
    fields: {},
    headers: [],
    network: { proxies: { bypass: [] }, sourceTimeoutMs: 5_000, allowedHosts: [] },
    ...given,
  });
  const rowsOf = async (catalogue: Catalogue): Promise<readonly CatalogueRow[]> => {
    opened.push(catalogue);
    const rows: CatalogueRow[] = [];
    for await (const row of catalogue.rows({ signal: new AbortController().signal })) rows.push(row);
    return rows;
  };
  const read = async (path: string, given: Partial<ApiSource> = {}) => rowsOf(await openApi(source(path, given)));
  const impatient = (path: string) =>
    openApiCatalogue(source(path), connectSource(loopbackSource), { patienceMs: 100, pauseMs: 10 });
  const video = (id: number | string) => ({ id, url: `https://cdn.example/${id}.m3u8` });
  const idsOf = (rows: readonly CatalogueRow[]) =>
    rows.map((row) => (row.kind === 'video' ? row.submission.id : row.failure.message));

  it('is read through all its pages, with headers for its own host alone', async () => {
    const elsewhere = await startOrigin();
    elsewhere.put('/last.json', JSON.stringify([video(3)]));
    origin.put('/videos', JSON.stringify({ data: { items: [video(1)] }, links: { next: '/more' } }));
    const more = { data: { items: [video(2), { id: 9 }, video(1)] }, links: { next: `${elsewhere.url}/last.json` } };
    origin.put('/more', JSON.stringify(more));
    elsewhere.put('/last.json', JSON.stringify({ data: { items: [video(3)] } }));
    const rows = await read('/videos', {
      rows: 'data.items',
      paging: { next: 'links.next' },
      headers: [{ name: 'authorization', value: 'Bearer secret' }],
      network: { proxies: { bypass: [] }, sourceTimeoutMs: 5_000, allowedHosts: [{ host: '127.0.0.1' }] },
    });
    expect(idsOf(rows)).toEqual([
      '1',
      '2',
      'row 3 has no playlistUrl',
      'row 4 has the id "1", which an earlier row has',
      '3',
    ]);
    expect(origin.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    await elsewhere.stop();
  });

  it('has its fields where a person says', async () => {
    const row = { uid: '7', hls: { master: 'https://cdn.example/7.m3u8' }, name: 'Seven', made: '2026-11-23' };
    origin.put('/videos', JSON.stringify([row]));
    const fields = { id: 'uid', playlistUrl: 'hls.master', title: 'name', recordedAt: 'made' };
    expect(await read('/videos', { fields })).toMatchObject([
      {
        kind: 'video',
        submission: {
          id: '7',
          playlistUrl: 'https://cdn.example/7.m3u8',
          title: 'Seven',
          recordedAt: '2026-11-23T00:00:00.000Z',
        },
      },
    ]);
  });

  it('is asked again where it fails or throttles, and given up when patience is over', async () => {
    origin.put('/videos', JSON.stringify([video(1)]));
    origin.behave('/videos', { kind: 'status', status: 503 }, 2);
    expect(idsOf(await rowsOf(impatient('/videos')))).toEqual(['1']);
    origin.behave('/videos', { kind: 'status', status: 429, headers: { 'retry-after': '60' } });
    await expect(rowsOf(impatient('/videos'))).rejects.toMatchObject({
      failure: { code: 'catalogue.unreadable', message: expect.stringContaining('status 429') as string },
    });
    origin.behave('/videos', { kind: 'status', status: 401 });
    const before = origin.countOf('/videos');
    await expect(rowsOf(impatient('/videos'))).rejects.toThrow('--catalogue-header-file');
    expect(origin.countOf('/videos')).toBe(before + 1);
  });

  it('says what it is instead', async () => {
    origin.behave('/page', { kind: 'answer', headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' });
    await expect(read('/page')).rejects.toThrow('the catalogue the API page 1 is an HTML page and not JSON');
    origin.put('/broken', '[{"id": 1');
    await expect(read('/broken')).rejects.toThrow('page 1 is not JSON');
    origin.put('/object', '{"error": "no"}');
    await expect(read('/object')).rejects.toThrow('its fields are error');
    origin.put('/empty', '[]');
    await expect(read('/empty')).rejects.toThrow('holds no rows');
  });

  it('is not followed in a circle', async () => {
    origin.put('/a', JSON.stringify({ items: [video(1)], next: '/b' }));
    origin.put('/b', JSON.stringify({ items: [video(2)], next: '/a' }));
    await expect(read('/a')).rejects.toThrow('leads in a circle');
    expect(origin.requests).toHaveLength(2);
  });

  it('is not read for ever where the API does not know the parameter that numbers its pages', async () => {
    const page = (at: string) => JSON.stringify({ at, items: [video(1), video(2)] });
    origin.put('/videos', page('first'));
    origin.put('/videos?p=2', page('second'));
    await expect(read('/videos', { paging: { page: 'p' } })).rejects.toThrow('page 2 has the rows of the page before');
    expect(origin.requests).toHaveLength(2);
  });

  it('may not lead to where nobody named a source', async () => {
    const elsewhere = await startOrigin();
    origin.put('/a', JSON.stringify({ items: [video(1)], next: `${elsewhere.url}/b` }));
    await expect(read('/a')).rejects.toThrow('--allow-host');
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.stop();
  });

  describe('that can be asked what changed', () => {
    const changes = { query: { name: 'since', template: '{seconds}' }, everyMs: 10 };
    const sinceOf = ({ path }: { readonly path: string }) =>
      Number(new URL(path, 'http://api').searchParams.get('since'));
    const apiTime = 1_800_000_000;
    const behaveAs = (rows: readonly unknown[], times?: number) =>
      origin.behave(
        '/videos',
        {
          kind: 'answer',
          headers: {
            'content-type': 'application/json',
            date: new Date(apiTime * 1_000).toUTCString(),
            etag: '"same"',
          },
          body: JSON.stringify(rows),
        },
        times,
      );
    const watch = async (catalogue: Catalogue, stop: AbortController): Promise<AsyncIterator<CatalogueRow>> => {
      const feed = await catalogue.watch?.({ signal: stop.signal });
      if (feed?.kind !== 'open') throw new Error('there is no feed');
      return feed.rows[Symbol.asyncIterator]();
    };
    const next = async (feed: AsyncIterator<CatalogueRow>) => {
      const { value, done } = await feed.next();
      return done ? undefined : idsOf([value])[0];
    };
    const open = (): Catalogue => {
      const catalogue = openApiCatalogue(source('/videos', { changes }), connectSource(loopbackSource), {
        patienceMs: 0,
        now: () => 1_700_000_000_000,
      });
      opened.push(catalogue);
      return catalogue;
    };

    it('is asked by its own time, with a minute of overlap, and may have nothing to tell', async () => {
      const stop = new AbortController();
      const feed = await watch(open(), stop);
      behaveAs([video(1), { id: 2 }], 1);
      expect(await next(feed)).toBe('1');
      expect(await next(feed)).toContain('has no playlistUrl');
      behaveAs([], 2);
      const third = next(feed);
      await origin.asked('/videos', 3);
      behaveAs([video(3)]);
      expect(await third).toBe('3');
      expect(origin.requests.slice(0, 3).map(sinceOf)).toEqual([1_700_000_000 - 60, apiTime - 60, apiTime - 60]);
      // A page that was kept would be another question's.
      expect(origin.requests.some(({ headers }) => 'if-none-match' in headers)).toBe(false);
      stop.abort();
      expect(await next(feed)).toBeUndefined();
    });

    it('goes on from its last answer after it could not be reached', async () => {
      const catalogue = open();
      const stop = new AbortController();
      const feed = await watch(catalogue, stop);
      behaveAs([video(1)], 1);
      expect(await next(feed)).toBe('1');
      origin.behave('/videos', { kind: 'status', status: 500 });
      await expect(next(feed)).rejects.toMatchObject({ failure: { code: 'catalogue.unreadable' } });
      behaveAs([video(2)]);
      expect(await next(await watch(catalogue, stop))).toBe('2');
      expect(origin.requests.slice(1).map(sinceOf)).toEqual([apiTime - 60, apiTime - 60]);
      stop.abort();
    });

    it('has no feed where nobody said how', async () => {
      expect((await openApi(source('/videos'))).watch).toBeUndefined();
    });
  });

  it('is not sent again page by page when it is read again, where pages have validators', async () => {
    origin.put('/a', JSON.stringify({ items: [video(1)], next: '/b' }));
    origin.put('/b', JSON.stringify({ items: [video(2)] }));
    const catalogue = await openApi(source('/a'));
    expect(idsOf(await rowsOf(catalogue))).toEqual(['1', '2']);
    origin.put('/b', JSON.stringify({ items: [video(3)] }));
    expect(idsOf(await rowsOf(catalogue))).toEqual(['1', '3']);
    expect(origin.requests.map(({ headers }) => 'if-none-match' in headers)).toEqual([false, false, true, true]);
  });

  it('is left without a connection once its rows have been read', async () => {
    const readBy = (use: (catalogue: Catalogue) => Promise<void>) =>
      withCatalogue([source('/videos')], { sideFiles: [] }, use);
    origin.put('/videos', JSON.stringify([video(1)]));
    await readBy(async (catalogue) => {
      for await (const _ of catalogue.rows({ signal: new AbortController().signal }));
      expect(await origin.connections()).toBe(1);
    });
    await vi.waitUntil(async () => (await origin.connections()) === 0);
    await expect(readBy(() => Promise.reject(new Error('of the reader')))).rejects.toThrow('of the reader');
  });
});
