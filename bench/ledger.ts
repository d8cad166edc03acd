import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispatchLimits } from '../src/app/cluster/cluster.ts';
import { openQueues } from '../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../src/app/cluster/queues.ts';
import type { IndexRanges } from '../src/domain/index-ranges.ts';
import { digestOf } from '../src/domain/revision.ts';
import type { RevisionHeader } from '../src/domain/revision.ts';
import type { VideoId } from '../src/domain/video.ts';
import { createContext } from '../src/engine/context.ts';
import type { EngineContext, EngineHooks, EngineHost } from '../src/engine/context.ts';
import { startTransfers } from '../src/engine/workers.ts';
import type { Executor } from '../src/executor/executor.ts';
import { defaultWalkLimits } from '../src/hls/walk.ts';
import { MemoryJournal } from '../src/journal/memory-journal.ts';
import { RedisLedger } from '../src/ledger/redis/ledger.ts';
import { connectRedis } from '../src/redis/connect.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { openMemoryStore } from '../src/storage/memory-store.ts';
import { openMemorySource } from '../src/storage/memory-source.ts';
import { startRedis } from '../test/servers/redis.ts';
import { tableOf } from './figures.ts';
import { copiedAll } from './noop-outcomes.ts';
import { tell } from './results.ts';

const videos = 5_000;
const filesOfVideo = 200;
const files = videos * filesOfVideo;
const batches = files / dispatchLimits.maxFiles;
const leaseMs = 300_000;
/** Batches that a process runs at a time. */
const inFlight = 64;
const maxWaitingBatches = 256;
const goals = { filesPerSecond: 200_000, bytesOf10Million: 20e6 } as const;
/** What the goal is for. */
const cores = 2;

/**
 * What queue and ledger carry: a million files by the engine's own transfer workers over a Redis, with an executor that
 * copies nothing. It runs the sources, in one process; the figures are CPU time, of that process and of Redis.
 */
export async function ledger(): Promise<void> {
  const server = await startRedis({ appendonly: true });
  const client = connectRedis({ url: server.url }, (error) => console.error(error.message));
  const queues = openQueues(client, 'flants', (error) => console.error(error.message));
  try {
    const journal = new OnePlan();
    await journal.sealForAll();
    const records = new RedisLedger(client, 'flants');
    // What the server keeps once, such as statistics of each command, is not for each video.
    await registerVideo('first', records, journal.digest);
    const usages = [await usageOf(client)];
    await register(records, journal.digest);
    usages.push(await usageOf(client));
    await carry(records, journal, queues);
    usages.push(await usageOf(client));
    report(usages as [Usage, Usage, Usage]);
  } finally {
    await queues.close();
    client.disconnect();
    await server.stop();
  }
}

/** A journal in which all videos have the same plan, so that it costs next to nothing. */
class OnePlan extends MemoryJournal {
  readonly #owner = 'all';
  readonly #plan = {
    files: Array.from({ length: filesOfVideo }, (_, index) => {
      const key = `720p/segment-${String(index).padStart(5, '0')}.ts`;
      return { key, url: `https://origin.example/${key}`, role: 'segment' as const };
    }),
    documents: [],
    playlists: [],
  };
  readonly digest = digestOf(this.#plan);

  async sealForAll(): Promise<void> {
    const rest = { total: filesOfVideo, playlists: [], external: [], warnings: [], hasTokens: false };
    await this.seal({ video: this.#owner, digest: this.digest, ...this.#plan, ...rest });
  }

  override revision(_: VideoId, digest: string): Promise<RevisionHeader | undefined> {
    return super.revision(this.#owner, digest);
  }

  override files(_: VideoId, digest: string, ranges: IndexRanges): ReturnType<MemoryJournal['files']> {
    return super.files(this.#owner, digest, ranges);
  }
}

async function register(records: RedisLedger, revision: string): Promise<void> {
  await forEachVideo((video) => registerVideo(video, records, revision));
}

/** What a crawl does in the ledger. */
async function registerVideo(video: VideoId, records: RedisLedger, revision: string): Promise<void> {
  const [seen, generation] = [randomUUID(), randomUUID()];
  await records.apply(video, { type: 'open', generation: seen });
  await records.lease(video, { id: `crawl-${seen}`, generation: seen, kind: 'crawl', files: [], ttlMs: leaseMs });
  await records.apply(video, { type: 'register', seen, generation, revision, total: filesOfVideo, done: [] });
}

/** From the first batch until each video is queued to be published. */
async function carry(records: RedisLedger, journal: OnePlan, queues: ClusterQueues): Promise<void> {
  const stop = new AbortController();
  const context = contextOf(records, journal, queues, stop.signal);
  const [whole, onWhole] = [Promise.withResolvers<void>(), new Set<VideoId>()];
  const publishing = queues.publications.work(
    async ({ video }) => {
      onWhole.add(video);
      if (onWhole.size === videos) whole.resolve();
      return { result: 'done' };
    },
    { concurrency: 4, onError: (error) => whole.reject(error) },
  );
  const transfers = startTransfers(context, noopExecutor);
  try {
    await forEachVideo(async (video) => {
      while (!(await queues.batches.hasCapacity(maxWaitingBatches))) await sleep(10);
      await context.takeNextStep(video);
    });
    await whole.promise;
  } finally {
    stop.abort();
    await Promise.all([transfers.stop(), publishing.stop()]);
  }
}

const noopExecutor: Executor = {
  concurrency: inFlight,
  lanes: dispatchLimits.lanes,
  async run(message, { onOutcomes }) {
    // As a function does, it has written the evidence itself.
    await onOutcomes(copiedAll(message), { isRecorded: true });
    return 'finished';
  },
  close: () => Promise.resolve(),
};

function contextOf(records: RedisLedger, journal: OnePlan, queues: ClusterQueues, signal: AbortSignal): EngineContext {
  const nothing = (): void => {};
  const fail = (message: string): never => {
    throw new Error(message);
  };
  const host: EngineHost = {
    submissionOf: (id) => Promise.resolve({ id, playlistUrl: `https://origin.example/${id}/index.m3u8` }),
    withTokens: (submission) => Promise.resolve(submission),
    admitCrawl: () => Promise.resolve(undefined),
    outlastsSilence: true,
    admitBatch: () => undefined,
    patience: { patienceMs: leaseMs, scopeOf: ({ video }) => ({ name: video, videos: [video], isAll: false }) },
    onLive: () => Promise.resolve(undefined),
    onIdle: nothing,
    halt: ({ message }) => fail(message),
  };
  const hooks: EngineHooks = {
    drain: signal,
    signal,
    onOutcome: nothing,
    onFailures: nothing,
    onPostponed: (_, delayMs, { message }) => fail(`${message}, again after ${delayMs} ms`),
    onPlanned: () => Promise.resolve(),
    onWarning: (_, message) => fail(message),
    onWaiting: nothing,
  };
  const parts = {
    ...queues,
    source: openMemorySource(),
    store: openMemoryStore(),
    journal,
    ledger: records,
    keyRules: { root: 'https://origin.example', tokenParameters: [] },
    limits: defaultWalkLimits,
    external: 'refuse',
    existing: 'verify',
    sha256: false,
    dispatch: dispatchLimits,
    leaseMs,
    newGeneration: randomUUID,
    now: Date.now,
    random: Math.random,
  } as const;
  return createContext(parts, hooks, { host, drain: signal });
}

async function forEachVideo(handle: (video: VideoId) => Promise<void>): Promise<void> {
  let next = 0;
  const some = async (): Promise<void> => {
    while (next < videos) await handle(`lecture-${String((next += 1)).padStart(6, '0')}`);
  };
  await Promise.all(Array.from({ length: inFlight }, some));
}

/** All that was used since the beginning. */
interface Usage {
  readonly processSeconds: number;
  readonly redisSeconds: number;
  readonly redisBytes: number;
  /** Calls of scripts, and of commands within them and beside them. */
  readonly scripts: number;
  readonly commands: number;
}

async function usageOf(client: RedisClient): Promise<Usage> {
  const info = `${await client.info('cpu')}${await client.info('memory')}`;
  const valueOf = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const calls = [...(await client.info('commandstats')).matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)];
  const { user, system } = process.cpuUsage();
  const sum = (of: (name: string) => boolean): number =>
    calls.reduce((total, [, name = '', count]) => total + (of(name) ? Number(count) : 0), 0);
  return {
    processSeconds: (user + system) / 1e6,
    redisSeconds: valueOf('used_cpu_user') + valueOf('used_cpu_sys'),
    redisBytes: valueOf('used_memory'),
    scripts: sum((name) => /^(eval|evalsha|fcall)$/.test(name)),
    commands: sum((name) => !/^(eval|evalsha|fcall|info)$/.test(name)),
  };
}

function report([start, registered, carried]: readonly [Usage, Usage, Usage]): void {
  const phases = {
    'registering, of a video': [start, registered, videos],
    'carrying, of a batch': [registered, carried, batches],
  } as const;
  const rows = Object.entries(phases).map(([name, [before, after, count]]) => {
    const each = (of: (usage: Usage) => number): number => (of(after) - of(before)) / count;
    return [
      name,
      (1000 * each(({ processSeconds }) => processSeconds)).toFixed(2),
      (1000 * each(({ redisSeconds }) => redisSeconds)).toFixed(2),
      each(({ scripts }) => scripts).toFixed(1),
      each(({ commands }) => commands).toFixed(1),
    ];
  });
  const cpuSeconds = (usage: Usage): number => usage.processSeconds + usage.redisSeconds;
  const filesPerSecond = (cores * files) / (cpuSeconds(carried) - cpuSeconds(start));
  const registeredBytes = registered.redisBytes - start.redisBytes;
  const bytesOf10Million = (10_000_000 / files) * registeredBytes;
  const ok = filesPerSecond >= goals.filesPerSecond && bytesOf10Million <= goals.bytesOf10Million;
  console.log(`${files} files in ${videos} videos, batches of ${dispatchLimits.maxFiles}, nothing copied`);
  console.log(tableOf([['', 'CPU ms', 'of Redis', 'scripts', 'commands in and beside them'], ...rows]));
  console.log(`files a second on ${cores} cores: ${Math.round(filesPerSecond)}`);
  console.log(
    `memory of Redis: ${inMB(registeredBytes)} for all of them registered, ${inMB(bytesOf10Million)} for 10 million\n`,
  );
  tell({ bench: 'ledger', files, videos, start, registered, carried, filesPerSecond, registeredBytes, ok });
}

function inMB(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
