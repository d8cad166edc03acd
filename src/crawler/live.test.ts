import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import type { VideoRecord } from '../domain/video.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import { crawlVideo } from './crawl.ts';
import type { CrawlerPorts, CrawlResult } from './crawl.ts';

const home = 'https://cdn.example';
const [root, high, low] = [`${home}/v/master.m3u8`, `${home}/v/high.m3u8`, `${home}/v/low.m3u8`];
const end = '#EXT-X-ENDLIST';
const media = (...lines: readonly string[]) => ({
  bytes: ['#EXTM3U', '#EXT-X-TARGETDURATION:6', ...lines, ''].join('\n'),
});
const segments = (...names: readonly string[]): readonly string[] => names.flatMap((name) => ['#EXTINF:6,', name]);
const variants = (...uris: readonly string[]) => ({
  bytes: ['#EXTM3U', ...uris.flatMap((uri) => ['#EXT-X-STREAM-INF:BANDWIDTH=1', uri]), ''].join('\n'),
});

/** A recording in two variants, looked at by hand. */
async function recording(options: Partial<CrawlerPorts> = {}) {
  const source = openMemorySource({
    [root]: variants('high.m3u8', 'low.m3u8'),
    [high]: media(...segments('h0.ts')),
    [low]: media(...segments('l0.ts')),
  });
  const [ledger, journal] = [new MemoryLedger(), new MemoryJournal()];
  const clock = { now: 1_000_000 };
  const ports: CrawlerPorts = {
    source,
    ledger,
    journal,
    keyRules: { root: home, tokenParameters: ['token'] },
    limits: defaultWalkLimits,
    external: 'refuse',
    newGeneration: randomUUID,
    now: () => clock.now,
    ...options,
  };
  await ledger.apply('v', { type: 'open', generation: randomUUID() });
  const record = async (): Promise<VideoRecord> => (await ledger.read('v')) as VideoRecord;
  return {
    source,
    record,
    journal,
    /** Looks again so much later. @returns what came of it, and the playlists that were asked for */
    async look({ afterMs = 0, recheck = false, playlistUrl = root } = {}): Promise<
      CrawlResult & { asked: readonly string[] }
    > {
      clock.now += afterMs;
      const from = source.requests.length;
      const { signal } = new AbortController();
      const result = await crawlVideo({ id: 'v', playlistUrl }, await record(), ports, { recheck, signal });
      return { ...result, asked: source.requests.slice(from) };
    },
    end: (...urls: readonly string[]) => {
      for (const url of urls) source.objects.set(url, media(...segments(url === high ? 'h0.ts' : 'l0.ts'), end));
    },
    grow: () => source.objects.set(low, media(...segments('l0.ts', 'l1.ts'))),
  };
}

describe('A look at a recording that is not over', () => {
  it('remembers what shows whether it is, and when it is looked at again', async () => {
    const { look, record } = await recording({ liveEveryMs: 30_000 });
    expect(await look()).toMatchObject({ result: 'live' });
    const { live, fresh } = await record();
    expect(live).toMatchObject({
      targetDurationMs: 6000,
      sameSince: 1_000_000,
      nextLookAt: 1_030_000,
      hasTokens: false,
    });
    expect([live?.playlists.map(({ url }) => url), fresh]).toEqual([[root, high], true]);
  });

  it('costs no more than two answers of 304 while nothing has changed', async () => {
    const { look } = await recording();
    await look();
    expect(await look({ afterMs: 30_000 })).toMatchObject({ result: 'live', asked: [root, high] });
  });

  it('reads all of it where something has changed, and makes the plan when all of it has ended', async () => {
    const live = await recording();
    await live.look();
    live.end(high);
    expect(await live.look()).toMatchObject({ result: 'live', live: { playlists: [{ url: root }, { url: low }] } });
    live.end(low);
    const planned = await live.look();
    expect(planned).toMatchObject({ result: 'planned', revision: { total: 2, warnings: [] } });
    expect(await live.record()).not.toHaveProperty('live');
    expect((await live.record()).fresh).toBe(true);
  });

  it('sees that another recording has taken its place', async () => {
    const live = await recording();
    await live.look();
    live.source.objects.set(root, variants('again.m3u8'));
    live.source.objects.set(`${home}/v/again.m3u8`, media(...segments('a.ts'), end));
    expect(await live.look()).toMatchObject({ result: 'planned', revision: { files: [{ key: 'v/a.ts' }] } });
  });

  it('reads all of it where what it asked for is not there any more, as with names that belong to a session', async () => {
    const live = await recording();
    live.source.objects.set(high, (request) => {
      if (request === 2) throw new FlantsError('source.gone', 'that session is over');
      return media(...segments('h0.ts'), ...(request > 2 ? [end] : []));
    });
    await live.look();
    live.end(low);
    expect(await live.look()).toMatchObject({ result: 'planned', revision: { total: 2 } });
  });

  it('finds one that names nothing yet', async () => {
    const live = await recording();
    live.source.objects.set(root, media());
    expect(await live.look()).toMatchObject({ result: 'live' });
  });

  it('reads all of it each time where a token is wanted, which is not kept', async () => {
    const live = await recording();
    for (const url of [root, high, low]) {
      const entry = live.source.objects.get(url);
      if (entry) live.source.objects.set(`${url}?token=t`, entry);
      live.source.objects.delete(url);
    }
    live.source.objects.set(`${root}?token=t`, variants('high.m3u8?token=t', 'low.m3u8?token=t'));
    await live.look({ playlistUrl: `${root}?token=t` });
    expect(JSON.stringify((await live.record()).live)).not.toContain('token=');
    expect((await live.look({ playlistUrl: `${root}?token=t` })).asked).toHaveLength(3);
  });
});

describe('A playlist of type VOD without an end', () => {
  it('is planned with a warning, and its copy has one', async () => {
    const live = await recording();
    live.source.objects.set(root, media('#EXT-X-PLAYLIST-TYPE:VOD', ...segments('a.ts')));
    const planned = await live.look();
    expect(planned).toMatchObject({
      result: 'planned',
      revision: { warnings: [expect.stringContaining('of type VOD')] },
    });
    if (planned.result === 'planned')
      expect(String(planned.revision.documents[0]?.body)).toMatch(/a\.ts\n#EXT-X-ENDLIST\n$/);
  });
});

describe('A recording whose encoder died', () => {
  const assumeEnded = { assumeEnded: true };

  it('is taken as over after three target durations without a change', async () => {
    const live = await recording(assumeEnded);
    expect(await live.look()).toMatchObject({ result: 'live' });
    expect(await live.look({ afterMs: 17_999 })).toMatchObject({ result: 'live', asked: [root, high] });
    const planned = await live.look({ afterMs: 1 });
    expect(planned).toMatchObject({
      result: 'planned',
      revision: { warnings: [expect.stringContaining('--assume-ended'), expect.stringContaining('--assume-ended')] },
    });
    if (planned.result !== 'planned') return;
    const lists = planned.revision.documents.filter(({ role }) => role === 'media-playlist');
    expect(lists.map(({ body }) => String(body).endsWith(`${end}\n`))).toEqual([true, true]);
  });

  it('is not while another of its playlists grows', async () => {
    const live = await recording(assumeEnded);
    await live.look();
    live.grow();
    expect(await live.look({ afterMs: 18_000 })).toMatchObject({ result: 'live' });
    expect(await live.look({ afterMs: 17_999 })).toMatchObject({ result: 'live' });
    expect(await live.look({ afterMs: 1 })).toMatchObject({ result: 'planned', revision: { total: 3 } });
  });

  it('is not without the option, however long it stays the same', async () => {
    const live = await recording();
    await live.look();
    expect(await live.look({ afterMs: 1e9 })).toMatchObject({ result: 'live' });
  });

  it('keeps its plan when it is looked at again, rechecked or not, until it goes on', async () => {
    const live = await recording(assumeEnded);
    await live.look();
    await live.look({ afterMs: 18_000 });
    expect(await live.look()).toMatchObject({ result: 'unchanged' });
    expect(await live.look({ recheck: true })).toMatchObject({ result: 'planned' });
    live.grow();
    expect(await live.look()).toMatchObject({ result: 'live' });
    expect(await live.look({ afterMs: 18_000 })).toMatchObject({ result: 'planned', revision: { total: 3 } });
  });

  it('stays live where its playlist holds what only a live one may', async () => {
    const live = await recording(assumeEnded);
    live.source.objects.set(low, media('#EXT-X-SKIP:SKIPPED-SEGMENTS=3', ...segments('l3.ts')));
    await live.look();
    expect(await live.look({ afterMs: 18_000 })).toMatchObject({ result: 'live' });
  });

  it('ends with its last segment, and says so where parts of a next one were there', async () => {
    const live = await recording(assumeEnded);
    live.source.objects.set(low, media(...segments('l0.ts'), '#EXT-X-PART:DURATION=1,URI="l1.0.ts"'));
    await live.look();
    const planned = await live.look({ afterMs: 18_000 });
    expect(planned).toMatchObject({ result: 'planned', revision: { total: 2 } });
    if (planned.result !== 'planned') return;
    expect(planned.revision.warnings).toContain(
      `${low} line 5: EXT-X-PART names media of a segment that is not there yet: the copy ends before it`,
    );
    expect(String(planned.revision.documents[1]?.body)).toBe(
      `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nl0.ts\n${end}\n`,
    );
  });

  it('stays live while it names nothing, as before its first second', async () => {
    const live = await recording(assumeEnded);
    for (const url of [high, low]) live.source.objects.set(url, media());
    await live.look();
    expect(await live.look({ afterMs: 18_000 })).toMatchObject({ result: 'live' });
  });

  it('has to stay the same anew where the video names another playlist by now', async () => {
    const live = await recording(assumeEnded);
    await live.look();
    expect(await live.look({ afterMs: 18_000, playlistUrl: high })).toMatchObject({ result: 'live', asked: [high] });
    expect((await live.record()).live?.playlists).toHaveLength(1);
  });
});
