import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { VideoRecord } from '../domain/video.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import { crawlVideo } from './crawl.ts';
import type { CrawlerPorts, CrawlResult } from './crawl.ts';

const home = 'https://cdn.example';
const playlist = { bytes: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n' };

async function crawler(): Promise<{
  readonly crawl: (path: string) => Promise<CrawlResult>;
  readonly asked: readonly string[];
}> {
  const source = openMemorySource({ [`${home}/old/index.m3u8`]: playlist, [`${home}/new/index.m3u8`]: playlist });
  const ledger = new MemoryLedger();
  const ports: CrawlerPorts = {
    source,
    ledger,
    journal: new MemoryJournal(),
    keyRules: { root: home, tokenParameters: ['token'] },
    limits: defaultWalkLimits,
    external: 'refuse',
    newGeneration: randomUUID,
  };
  await ledger.apply('v', { type: 'open', generation: randomUUID() });
  return {
    asked: source.requests,
    async crawl(path) {
      const record = (await ledger.read('v')) as VideoRecord;
      const { signal } = new AbortController();
      return crawlVideo({ id: 'v', playlistUrl: home + path }, record, ports, { recheck: false, signal });
    },
  };
}

describe('A crawl', () => {
  it('keeps the plan of playlists that have not changed, asking for each once', async () => {
    const { crawl, asked } = await crawler();
    expect(await crawl('/old/index.m3u8')).toMatchObject({ result: 'planned' });
    expect(await crawl('/old/index.m3u8#t=10')).toMatchObject({ result: 'unchanged' });
    expect(asked).toHaveLength(2);
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
