import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crawlVideo } from '../src/crawler/crawl.ts';
import type { CrawlerPorts } from '../src/crawler/crawl.ts';
import { createNameProbe } from '../src/crawler/unstable-names.ts';
import { defaultQueryHashDigits } from '../src/domain/names/destination-key.ts';
import { tokenRulesFrom } from '../src/engine/key-rules.ts';
import { defaultWalkLimits } from '../src/hls/walk.ts';
import { SqliteJournal } from '../src/journal/sqlite-journal.ts';
import { SqliteLedger } from '../src/ledger/sqlite-ledger.ts';
import { openStateFile } from '../src/state/file.ts';
import { openMemorySource } from '../src/storage/memory-source.ts';
import type { MemoryObject } from '../src/storage/memory-source.ts';
import { median, tableOf } from './figures.ts';
import { sharesOf } from './profile.ts';
import type { Share } from './profile.ts';
import { tell } from './results.ts';

const origin = 'https://cdn.example';
const goalPerSecond = 100_000;

interface Shape {
  readonly videos: number;
  /** Absent: a media playlist is the video. */
  readonly renditions?: number;
  readonly segments: number;
  /** Segments have a token in their query. */
  readonly signed?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = {
  '200 videos of 5 renditions of 200': { videos: 200, renditions: 5, segments: 200 },
  'the same with signed URLs': { videos: 200, renditions: 5, segments: 200, signed: true },
  'one playlist of 100,000': { videos: 1, segments: 100_000 },
};

const shares: readonly Share[] = [
  {
    name: 'writing documents',
    takes: ({ path, functionName }) =>
      /\/hls\/rewrite\./.test(path) || /^(relativeUri|reaches|reachesAt)$/.test(functionName),
  },
  { name: 'reading playlists', takes: ({ path }) => /\/src\/(hls|storage)\//.test(path) },
  {
    name: 'identity of URLs',
    takes: ({ path, functionName }) =>
      /\/domain\/(tokens|session-forms|url-origin)\./.test(path) || functionName === 'identityOf',
  },
  { name: 'keys', takes: ({ path }) => /\/(destination-key|key-claims|naming)\./.test(path) },
  { name: 'sealing', takes: ({ path }) => /\/src\/(journal|ledger|state)\/|\/domain\/revision\./.test(path) },
  { name: 'planning', takes: ({ path }) => /\/src\//.test(path) },
];

/**
 * What planning costs: a crawl from playlists in memory to plans that are sealed and registered in a state file. It runs the
 * sources, so that nothing else of a run is in the figures.
 */
export async function crawl(rounds: number): Promise<void> {
  const rows = [
    ['', 'segments', 'CPU s', 'segments/s of a core', ...shares.map(({ name }) => name), 'garbage', 'rest'],
  ];
  const figures: Record<string, unknown> = {};
  const speeds: number[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const site = siteOf(shape);
    // Compiled code is what counts.
    await crawlAll(shape, site);
    const cpuSeconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) cpuSeconds.push(await crawlAll(shape, site));
    const parts = await sharesOf(shares, async () => void (await crawlAll(shape, site)));
    const segments = shape.videos * (shape.renditions ?? 1) * shape.segments;
    const perSecond = segments / median(cpuSeconds);
    speeds.push(perSecond);
    const percents = [...parts.values()].map((part) => `${Math.round(100 * part)} %`);
    rows.push([name, String(segments), median(cpuSeconds).toFixed(2), String(Math.round(perSecond)), ...percents]);
    figures[name] = { segments, cpuSeconds: median(cpuSeconds), perSecond, shares: Object.fromEntries(parts) };
  }
  const ok = speeds.every((speed) => speed >= goalPerSecond);
  console.log(
    `from playlists in memory to sealed plans, medians of ${rounds}; shares of the CPU time under the profiler`,
  );
  console.log(`${tableOf(rows)}\n${ok ? 'above' : 'NOT above'} ${goalPerSecond} segments a second of a core\n`);
  tell({ bench: 'crawl', rounds, ...figures, ok });
}

/** Crawls each video into a new state. Returns the CPU seconds of all of it. */
async function crawlAll({ videos }: Shape, site: Readonly<Record<string, MemoryObject>>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-bench-crawl-'));
  const state = openStateFile(folder);
  const { signal } = new AbortController();
  try {
    const source = openMemorySource(site);
    const ledger = new SqliteLedger(state);
    const ports: CrawlerPorts = {
      source,
      ledger,
      journal: new SqliteJournal(state),
      keyRules: { root: origin, queryHashDigits: defaultQueryHashDigits, ...tokenRulesFrom({}) },
      limits: defaultWalkLimits,
      external: 'refuse',
      nameProbe: createNameProbe(),
      newGeneration: randomUUID,
      now: Date.now,
    };
    const before = process.cpuUsage();
    for (let video = 0; video < videos; video += 1) {
      const id = idOf(video);
      const { record } = await ledger.apply(id, { type: 'open', generation: randomUUID() });
      if (!record) throw new Error(`${id} was not opened`);
      const submission = { id, playlistUrl: `${origin}/${id}/index.m3u8` };
      const crawled = await crawlVideo(submission, record, ports, { recheck: false, signal });
      if (crawled.result !== 'planned') throw new Error(`${id} is ${crawled.result}`);
      // It looks through them at each request.
      source.requests.length = 0;
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  } finally {
    state.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function idOf(video: number): string {
  return `recordings-${String(video).padStart(4, '0')}`;
}

function siteOf({ videos, renditions, segments, signed = false }: Shape): Readonly<Record<string, MemoryObject>> {
  const site: Record<string, MemoryObject> = {};
  const add = (path: string, bytes: string): void => {
    site[`${origin}/${path}`] = { bytes: Buffer.from(bytes), etag: `"${path}"` };
  };
  for (let video = 0; video < videos; video += 1) {
    const id = idOf(video);
    const media = mediaPlaylist(segments, signed ? `?token=${randomUUID()}` : '');
    if (renditions === undefined) add(`${id}/index.m3u8`, media);
    else {
      const names = Array.from({ length: renditions }, (_, at) => `rendition-${at + 1}`);
      for (const name of names) add(`${id}/${name}/index.m3u8`, media);
      const variants = names.map(
        (name, at) =>
          `#EXT-X-STREAM-INF:BANDWIDTH=${1_000_000 * (at + 1)},CODECS="avc1.64001f,mp4a.40.2"\n${name}/index.m3u8\n`,
      );
      add(`${id}/index.m3u8`, `#EXTM3U\n#EXT-X-VERSION:3\n${variants.join('')}`);
    }
  }
  return site;
}

function mediaPlaylist(segments: number, query: string): string {
  const lines = Array.from(
    { length: segments },
    (_, at) => `#EXTINF:4.000,\nsegment-${String(at).padStart(6, '0')}.ts${query}\n`,
  );
  return `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n${lines.join('')}#EXT-X-ENDLIST\n`;
}
