import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { concludeVideo } from '../../src/aggregator/conclude-video.ts';
import { openQueues } from '../../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../../src/app/cluster/queues.ts';
import { createContext } from '../../src/engine/context.ts';
import type { EngineContext, EngineParts } from '../../src/engine/context.ts';
import { startCrawlers, startPublishers, startTransfers } from '../../src/engine/workers.ts';
import { createControl } from '../../src/control/control.ts';
import type { Control } from '../../src/control/control.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { second } from '../../src/domain/units.ts';
import { stateOf } from '../../src/domain/video.ts';
import type { VideoId, VideoRecord, VideoState } from '../../src/domain/video.ts';
import type { Executor } from '../../src/executor/executor.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openObjectJournal } from '../../src/journal/object/journal.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import { withFreshLane } from '../../src/queue/fresh-lane.ts';
import type { JobQueue } from '../../src/queue/job-queue.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { submit } from '../../src/scanner/scan.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { guardByLooking } from '../../src/storage/guard.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import type { MemoryEntry, MemorySource } from '../../src/storage/memory-source.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { probeStore } from '../../src/storage/probe.ts';
import type { Source } from '../../src/storage/source.ts';
import { createBudget } from '../../src/transfer/budget.ts';
import { sourceMark, sourceMetadata } from '../../src/transfer/place-object.ts';
import { transferBatch } from '../../src/transfer/transfer-batch.ts';
import { home } from '../engine/harness.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { createGate, exchange } from './gate.ts';
import type { Gate } from './gate.ts';

/** For tests whose machine is busy with others: they end long before. */
export const bounded = { timeout: 60 * second };

/** What libraries of a cluster stand on. */
export interface Servers {
  readonly redis: RedisServer;
  readonly s3: Versitygw;
  stop(): Promise<void>;
}

/** Why tests of a cluster cannot run here; undefined where they can. */
export const missingServers = [...(hasRedis ? [] : ['redis-server']), ...(hasVersitygw ? [] : ['versitygw'])].join(
  ' and ',
);

export async function startServers(): Promise<Servers> {
  const [redis, s3] = await Promise.all([startRedis(), startVersitygw()]);
  return { redis, s3, stop: async () => void (await Promise.all([redis.stop(), s3.stop()])) };
}

/** A PUT that the destination answered. */
export interface SeenPut {
  /** Name of the process that sent it. */
  readonly by: string;
  readonly key: string;
  readonly result: 'stored' | 'precondition-failed';
}

/** What a process does. */
export type Work = 'crawl' | 'transfer' | 'publish';

/** What stands between the engine of one process and its ports. Each is given what would stand there else. */
export interface Between {
  readonly ledger?: (usual: Ledger) => Ledger;
  readonly journal?: (usual: Journal) => Journal;
  readonly store?: (usual: ObjectStore) => ObjectStore;
  readonly source?: (usual: Source) => Source;
  readonly batches?: (usual: JobQueue<BatchJob>) => JobQueue<BatchJob>;
  readonly crawls?: (usual: JobQueue<VideoJob>) => JobQueue<VideoJob>;
  readonly executor?: (usual: Executor) => Executor;
}

/** How a process takes part. */
export interface ProcessOptions extends Between {
  readonly redisUrl?: string;
  readonly leaseMs?: number;
  /** Batches over which it spreads a small video. */
  readonly lanes?: number;
  /** The shortest delays that the real limits allow, if nothing else is said. */
  readonly random?: () => number;
}

/** One process of the cluster: connections, queues, caches and workers of its own. */
export interface ClusterProcess {
  readonly context: EngineContext;
  readonly control: Control;
  /** Failures for which it would rest a while. */
  readonly halts: readonly Failure[];
  /** It ends as if it were killed: its connections are cut, and nothing that it waits for is ever answered. */
  die(): void;
  stop(): Promise<void>;
}

/** A library that is moved by a cluster in this process: real Redis and S3, a source of the test's own. */
export interface ClusterLibrary {
  /** Sets it apart from all others on the same servers. */
  readonly name: string;
  readonly source: MemorySource;
  /** The destination and the cluster's ports, as somebody sees them who does no work. */
  readonly store: ObjectStore;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly queues: ClusterQueues;
  readonly control: Control;
  /** PUTs at the destination, in the order of their answers. */
  readonly puts: SeenPut[];
  /** Starts a process that does this work. */
  join(name: string, works: readonly Work[], options?: ProcessOptions): ClusterProcess;
  /** Makes a video known, and has it crawled. */
  submit(video: VideoId): Promise<void>;
  /** Has a known video crawled. */
  crawl(video: VideoId, options?: { readonly recheck: boolean }): Promise<void>;
  /** Concludes a published video, as the aggregator does: the ledger lets go of it. */
  retire(video: VideoId): Promise<void>;
  /** A gate that is opened at the latest when the library is closed. */
  gate(): Gate;
  /** Waits until something is so, looking often; fails when it never is. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>;
  /** Waits until a video is in this state, whatever is claimed or queued of it. */
  becomes(video: VideoId, state: VideoState): Promise<VideoRecord>;
  /** Waits until a video is in this state, and nothing of it is claimed or queued any more. */
  rests(video: VideoId, state: VideoState): Promise<VideoRecord>;
  /** Text of an object of the destination; undefined where nothing stands. */
  object(key: string): Promise<string | undefined>;
  /** Keys that were stored by PUTs, in alphabetical order, playlists left out. */
  mediaStored(): readonly string[];
  /** Stops all processes. A second call does nothing. */
  close(): Promise<void>;
}

const { signal } = new AbortController();
const keyRules = { root: home, tokenParameters: ['token'] };
const patienceMs = 45 * second;
const lookEveryMs = 15;
const usualLeaseMs = 60 * second;
/** A job whose worker has died comes again after some two seconds. */
const stallTimes = { lockDurationMs: second, stalledIntervalMs: second / 2 };

let libraries = 0;

/** Opens an empty library over running servers, apart from all others there. */
export async function openClusterLibrary(
  { redis, s3 }: Servers,
  objects: Readonly<Record<string, MemoryEntry>>,
): Promise<ClusterLibrary> {
  const name = `library-${(libraries += 1)}`;
  const source = openMemorySource(objects);
  const puts: SeenPut[] = [];
  const processes: ClusterProcess[] = [];
  const gates: Gate[] = [];
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);

  const bare = openS3At(s3, `${name}/vod`);
  const capabilities = await probeStore(bare, { signal });
  await bare.close();
  const storeOf = (by: string): ObjectStore => {
    const s3Store = openS3At(s3, `${name}/vod`);
    const put: ObjectStore['put'] = async (key, body, crc32, options) => {
      const { result, ...more } = await s3Store.put(key, body, crc32, options);
      puts.push({ by, key, result });
      return { result, ...more } as Awaited<ReturnType<ObjectStore['put']>>;
    };
    return guardByLooking(exchange(s3Store, { put }), capabilities);
  };

  const join = (by: string, works: readonly Work[], options: ProcessOptions = {}): ClusterProcess => {
    const life = { isOver: false };
    const mortal = <T extends object>(port: T): T =>
      new Proxy(port, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]): unknown => (life.isOver ? over.promise : value.apply(target, given));
        },
      });

    const { redis: connection, connections } = connect(options.redisUrl ?? redis.url);
    const ledger = new RedisLedger(connection, name);
    const [store, journalStore] = [storeOf(by), guardByLooking(openS3At(s3, `${name}/journal`), capabilities)];
    const journal = openObjectJournal(journalStore);
    const queues = openQueues(connection, name, () => undefined);
    const batches = batchQueue(connection, name);
    const between = <T extends object>(usual: T, wrap: ((usual: T) => T) | undefined): T =>
      mortal(wrap ? wrap(mortal(usual)) : usual);
    const drain = new AbortController();
    const halts: Failure[] = [];
    const lanes = options.lanes ?? 2;
    const parts: EngineParts = {
      crawls: between(oneAtATime(queues.crawls), options.crawls),
      publications: oneAtATime(queues.publications),
      batches: between(oneAtATime(batches), options.batches),
      source: between<Source>(source, options.source),
      store: between(store, options.store),
      journal: between(journal, options.journal),
      ledger: between<Ledger>(ledger, options.ledger),
      keyRules,
      limits: defaultWalkLimits,
      external: 'refuse',
      existing: 'verify',
      sha256: false,
      dispatch: { maxFiles: 100, maxBatchesOfVideo: 16, lanes },
      leaseMs: options.leaseMs ?? usualLeaseMs,
      newGeneration: randomUUID,
      now: Date.now,
      random: options.random ?? (() => 0),
    };
    const context = createContext(
      parts,
      {
        drain: drain.signal,
        signal,
        onOutcome: () => undefined,
        onFailures: () => undefined,
        onPostponed: () => undefined,
        onPlanned: () => Promise.resolve(),
        onWarning: () => undefined,
      },
      {
        drain: drain.signal,
        host: {
          submissionOf: (video) => parts.journal.submission(video),
          admitCrawl: () => Promise.resolve(undefined),
          admitBatch: () => undefined,
          outlastsOutages: true,
          copiesFiles: works.includes('transfer'),
          onRest: () => undefined,
          halt: (failure) => void halts.push(failure),
        },
      },
    );
    const usualExecutor = inlineExecutor(by, parts);
    const executor = options.executor?.(usualExecutor) ?? usualExecutor;
    const start = {
      crawl: () => startCrawlers(context),
      transfer: () => startTransfers(context, executor),
      publish: () => startPublishers(context),
    };
    const workers = works.map((work) => start[work]());
    let stopped: Promise<void> | undefined;
    const process: ClusterProcess = {
      context,
      control: controlOf(context, store.name),
      halts,
      die() {
        life.isOver = true;
        for (const each of connections) each.disconnect();
      },
      stop() {
        stopped ??= (async () => {
          drain.abort();
          await Promise.all(workers.map((each) => each.stop()));
          if (!life.isOver) await Promise.all([queues.close(), batches.close()]);
          await Promise.all([executor.close(), store.close(), journalStore.close()]);
          connection.disconnect();
        })();
        return stopped;
      },
    };
    processes.push(process);
    return process;
  };

  const observer = join('observer', []);
  const { ledger, journal, store } = observer.context.parts;
  const connection = connectRedis(redis, () => undefined);
  const queues = openQueues(connection, name, () => undefined);

  let closed: Promise<void> | undefined;
  const until: ClusterLibrary['until'] = async (what, isSo) => {
    for (const end = performance.now() + patienceMs; !(await isSo());) {
      if (performance.now() > end) throw new Error(`never came: ${what}`);
      await sleep(lookEveryMs);
    }
  };
  const waitFor = async (video: VideoId, state: VideoState, isSo: () => Promise<boolean>): Promise<VideoRecord> => {
    let seen: VideoRecord | undefined;
    const look = async (): Promise<boolean> => {
      seen = await ledger.read(video);
      return seen !== undefined && stateOf(seen) === state && (await isSo());
    };
    await until(`${video} ${state}`, look).catch((cause: unknown) => {
      throw new Error(`${video} is not ${state}: ${JSON.stringify(seen)}`, { cause });
    });
    return seen as VideoRecord;
  };
  const crawl: ClusterLibrary['crawl'] = (video, options = { recheck: false }) =>
    observer.context.sendCrawl(video, options);

  return {
    name,
    source,
    store,
    journal,
    ledger,
    queues,
    control: observer.control,
    puts,
    join,
    async submit(video) {
      await submit({ id: video, playlistUrl: `${home}/${video}/index.m3u8` }, observer.context.parts);
      await crawl(video);
    },
    crawl,
    async retire(video) {
      const tell = (): Promise<void> => Promise.resolve();
      await concludeVideo(video, { journal, ledger, tokenParameters: [], now: Date.now, tell });
      if (await ledger.read(video)) throw new Error(`the ledger keeps ${video}`);
    },
    gate() {
      const gate = createGate();
      gates.push(gate);
      return gate;
    },
    until,
    becomes: (video, state) => waitFor(video, state, () => Promise.resolve(true)),
    rests: (video, state) =>
      waitFor(video, state, async () => {
        const isClaimed = (await ledger.leases(video)).length > 0;
        return !isClaimed && Object.values(await queues.sizes()).every((size) => size === 0);
      }),
    object: (key) => readFile(pathOf(s3.folder, name, 'vod', key), 'utf8').catch(() => undefined),
    mediaStored: () =>
      puts.flatMap(({ key, result }) => (result === 'stored' && !key.endsWith('.m3u8') ? [key] : [])).toSorted(),
    close() {
      closed ??= (async () => {
        for (const gate of gates) gate.open();
        over.reject(new Error('the library was closed'));
        await Promise.all(processes.map((each) => each.stop()));
        await queues.close();
        connection.disconnect();
      })();
      return closed;
    },
  };
}

/** A connection, and all that are made after its pattern. */
function connect(url: string): {
  readonly redis: ReturnType<typeof connectRedis>;
  readonly connections: Set<ReturnType<typeof connectRedis>>;
} {
  const redis = connectRedis({ url }, () => undefined);
  const connections = new Set([redis]);
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (...given) => {
    const copy = duplicate(...given);
    connections.add(copy);
    return copy;
  };
  return { redis, connections };
}

/** The queue of batches, as the cluster has it but for how soon it takes a worker for dead. */
function batchQueue(connection: ReturnType<typeof connectRedis>, name: string): JobQueue<BatchJob> {
  const open = (lane: string): BullmqQueue<BatchJob> =>
    new BullmqQueue<BatchJob>({
      connection,
      prefix: redisNames(name).queues,
      name: lane,
      onTrouble: () => undefined,
      stallTimes,
    });
  return withFreshLane(open('batches-fresh'), open('batches'));
}

/** Whoever holds a job in one process leaves the next one to another. */
function oneAtATime<T>(queue: JobQueue<T>): JobQueue<T> {
  return exchange(queue, { work: (handler, options) => queue.work(handler, { ...options, concurrency: 1 }) });
}

function controlOf({ parts, takeNextStep, sendCrawl }: EngineContext, destination: string): Control {
  return createControl({
    journal: parts.journal,
    ledger: parts.ledger,
    newGeneration: parts.newGeneration,
    now: parts.now,
    destination,
    tokenParameters: () => Promise.resolve(keyRules.tokenParameters),
    idOf: () => undefined,
    takeNextStep,
    crawl: (video) => sendCrawl(video, { recheck: false }),
  });
}

/** Copies in this very thread: what happens in threads is tested with threads. */
function inlineExecutor(worker: string, { source, store }: Pick<EngineParts, 'source' | 'store'>): Executor {
  const ports = { source, store, slots: createBudget(8), bytes: createBudget(1 << 26), now: Date.now, worker };
  return {
    concurrency: 2,
    run: async (message, { onOutcomes, drain, signal: abort }) => {
      const told: Outcome[] = [];
      const options = { drain, signal: abort, onOutcome: (outcome: Outcome) => void told.push(outcome) };
      const end = await transferBatch(message, ports, options);
      await onOutcomes(told);
      return end;
    },
    close: () => Promise.resolve(),
  };
}

/** Writes bytes of ours that no condition guards, as a destination without conditions would let a late ant. */
export async function overwrite(store: ObjectStore, key: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const metadata = { [sourceMetadata]: sourceMark(`${home}/${key}`) };
  await store.put(key, bytes, crc32Hex(bytes), { contentType: 'video/mp2t', cacheControl: '', metadata, signal });
}

/** A ledger of a process that stalls where it stands before the gate: from then on it renews no claim. */
export function stalling(usual: Ledger, gate: Gate): Ledger {
  return exchange(usual, {
    async lease(video, lease) {
      if (gate.isReached()) await gate.pass();
      return usual.lease(video, lease);
    },
    async renew(...given) {
      if (gate.isReached()) await gate.pass();
      return usual.renew(...given);
    },
  });
}
