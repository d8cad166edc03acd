import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { VideoRecord } from '../domain/video.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { MemorySource } from '../storage/memory-source.ts';
import { crawlVideo } from './crawl.ts';
import type { CrawlerPorts, CrawlResult } from './crawl.ts';

const home = 'https://cdn.example';
const playlist = { bytes: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n' };

const pages = { [`${home}/old/index.m3u8`]: playlist, [`${home}/new/index.m3u8`]: playlist };

async function crawler(site: Readonly<Record<string, { readonly bytes: string }>> = pages): Promise<{
  readonly crawl: (path: string) => Promise<CrawlResult>;
  readonly asked: readonly string[];
  readonly site: MemorySource['objects'];
}> {
  const source = openMemorySource(site);
  const ledger = new MemoryLedger();
  const ports: CrawlerPorts = {
    source,
    ledger,
    journal: new MemoryJournal(),
    keyRules: { root: home, tokenParameters: ['token'] },
    limits: defaultWalkLimits,
    external: 'refuse',
    newGeneration: randomUUID,
    now: Date.now,
  };
  await ledger.apply('v', { type: 'open', generation: randomUUID() });
  return {
    asked: source.requests,
    site: source.objects,
    async crawl(path) {
      const record = (await ledger.read('v')) as VideoRecord;
      const { signal } = new AbortController();
      return crawlVideo({ id: 'v', playlistUrl: home + path }, record, ports, { recheck: false, signal });
    },
  };
}

describe('A crawl of a library that was begun with sessions in its names', () => {
  const grants = ['/exp=1~hmac=0a', '/exp=2~hmac=0b'];
  const library = (texts: Readonly<Record<string, string>>): ReturnType<typeof crawler> =>
    crawler(Object.fromEntries(grants.map((grant, at) => [`${home}${grant}/v/i.m3u8`, { bytes: texts[at] ?? '' }])));

  it('keeps what stands under the former names when nothing but the grant is new', async () => {
    const { crawl } = await library({ 0: playlist.bytes, 1: playlist.bytes });
    expect(await crawl(`${grants[0]}/v/i.m3u8`)).toMatchObject({ result: 'planned' });
    const again = await crawl(`${grants[1]}/v/i.m3u8`);
    expect(again).toMatchObject({ result: 'unchanged' });
    const { fetchUrls } = again.result === 'unchanged' ? again.grants : {};
    expect(fetchUrls?.of(0, `${home}${grants[0]}/v/a.ts`)).toBe(`${home}${grants[1]}/v/a.ts`);
  });

  it('plans anew when the presentation has changed too', async () => {
    const { crawl } = await library({ 0: playlist.bytes, 1: playlist.bytes.replace('a.ts', 'b.ts') });
    await crawl(`${grants[0]}/v/i.m3u8`);
    expect(await crawl(`${grants[1]}/v/i.m3u8`)).toMatchObject({ result: 'planned' });
  });
});

describe('A crawl', () => {
  it('keeps the plan of playlists that have not changed, asking for each once', async () => {
    const { crawl, asked } = await crawler();
    expect(await crawl('/old/index.m3u8')).toMatchObject({ result: 'planned' });
    expect(await crawl('/old/index.m3u8#t=10')).toMatchObject({ result: 'unchanged' });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['[{"images":[{"url":"1.jpg"}]}]', ['v/a.ts', 'v/1.jpg']],
    ['[]', ['v/a.ts']],
    ['none', ['v/a.ts', 'v/c.json']],
  ])('reads chapters that were not there before: %s', async (chapters, keys) => {
    const sessionData = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"\n';
    const { crawl, site } = await crawler({ [`${home}/v/index.m3u8`]: { bytes: `${playlist.bytes}${sessionData}` } });
    expect(await crawl('/v/index.m3u8')).toMatchObject({
      result: 'planned',
      revision: { files: [{ key: 'v/a.ts' }, { key: 'v/c.json', role: 'data' }] },
    });
    expect(await crawl('/v/index.m3u8')).toMatchObject({ result: 'unchanged' });
    site.set(`${home}/v/c.json`, { bytes: chapters });
    expect(await crawl('/v/index.m3u8')).toMatchObject({
      result: 'planned',
      revision: { files: keys.map((key) => ({ key })) },
    });
    expect(await crawl('/v/index.m3u8')).toMatchObject({ result: 'unchanged' });
  });

  it('sees that the titles of chapters were edited', async () => {
    const sessionData = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"\n';
    const chapters = '[{"chapter":1,"titles":[{"language":"en","title":"One"}]}]';
    const { crawl, site } = await crawler({
      [`${home}/v/index.m3u8`]: { bytes: `${playlist.bytes}${sessionData}` },
      [`${home}/v/c.json`]: { bytes: chapters },
    });
    await crawl('/v/index.m3u8');
    expect(await crawl('/v/index.m3u8')).toMatchObject({ result: 'unchanged' });
    const edited = chapters.replace('One', 'Two');
    site.set(`${home}/v/c.json`, { bytes: edited });
    const planned = await crawl('/v/index.m3u8');
    expect(planned).toMatchObject({
      result: 'planned',
      revision: { documents: [{ key: 'v/c.json', body: Buffer.from(edited) }, { key: 'v/index.m3u8' }] },
    });
  });

  it('takes a presentation that names less, although what it no longer names is gone', async () => {
    const variants = (...names: readonly string[]): { readonly bytes: string } => ({
      bytes: ['#EXTM3U', ...names.map((name) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}.m3u8`), ''].join('\n'),
    });
    const { crawl, site } = await crawler({
      [`${home}/v/index.m3u8`]: variants('high', 'low'),
      [`${home}/v/high.m3u8`]: playlist,
      [`${home}/v/low.m3u8`]: { bytes: playlist.bytes.replace('a.ts', 'b.ts') },
    });
    await crawl('/v/index.m3u8');
    site.delete(`${home}/v/low.m3u8`);
    await expect(crawl('/v/index.m3u8')).rejects.toMatchObject({ code: 'source.not-found' });
    site.set(`${home}/v/index.m3u8`, variants('high'));
    expect(await crawl('/v/index.m3u8')).toMatchObject({
      result: 'planned',
      revision: { files: [{ key: 'v/a.ts' }] },
    });
  });

  it('makes another plan when the video has another playlist by now, although the former is as it was', async () => {
    const { crawl } = await crawler();
    await crawl('/old/index.m3u8');
    expect(await crawl('/new/index.m3u8')).toMatchObject({
      result: 'planned',
      revision: { files: [{ key: 'new/a.ts' }] },
    });
  });
});
