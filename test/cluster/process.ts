import { randomUUID } from 'node:crypto';
import { openQueues } from '../../src/app/cluster/queues.ts';
import { createContext } from '../../src/engine/context.ts';
import { GrantCache } from '../../src/engine/grant-cache.ts';
import type { EngineContext, EngineParts } from '../../src/engine/context.ts';
import { startCrawlers, startPublishers, startTransfers } from '../../src/engine/workers.ts';
import { createControl } from '../../src/control/control.ts';
import type { Control } from '../../src/control/control.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { minute, second } from '../../src/domain/units.ts';
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
import { guardWrites } from '../../src/storage/guard.ts';
import type { MemorySource } from '../../src/storage/memory-source.ts';
import type { ObjectStore, StoreCapabilities } from '../../src/storage/object-store.ts';
import type { RedisServer } from '../servers/redis.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import type { Source } from '../../src/storage/source.ts';
import { home } from '../engine/harness.ts';
import { inlineExecutor } from '../engine/inline-executor.ts';
import { openS3At } from '../servers/open-s3.ts';
import { exchange } from './gate.ts';

/** The servers a library lives on. */
export interface Servers {
  readonly redis: RedisServer;
  readonly s3: Versitygw;
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

const { signal } = new AbortController();
const keyRules = { root: home, tokenParameters: ['token'] };
const usualPatienceMs = 10 * minute;
const usualLeaseMs = 60 * second;
/** A job whose worker has died comes again after some two seconds. */
const stallTimes = { lockDurationMs: second, stalledIntervalMs: second / 2 };

/** What a process is made of. */
interface ProcessParts {
  /** Its name. */
  readonly by: string;
  /** Name of its library. */
  readonly name: string;
  readonly works: readonly Work[];
  readonly servers: Servers;
  readonly source: MemorySource;
  /** The destination, as this process writes to it. */
  readonly store: ObjectStore;
  readonly capabilities: StoreCapabilities;
  /** What every call of a process that has died waits for. */
  readonly dead: Promise<never>;
}

/** Starts a process of a cluster within this one: it shares nothing with others but the servers and the source. */
export function startProcess(
  { by, name, works, servers, source, capabilities, store: destination, dead }: ProcessParts,
  options: ProcessOptions,
): ClusterProcess {
  const life = { isOver: false };
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => (life.isOver ? dead : value.apply(target, given));
      },
    });

  const { redis: connection, connections } = connect(options.redisUrl ?? servers.redis.url);
  const ledger = new RedisLedger(connection, name);
  const journalStore = guardWrites(openS3At(servers.s3, `${name}/journal`), capabilities);
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
    store: between(destination, options.store),
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
      onWaiting: () => undefined,
      onWarning: () => undefined,
    },
    {
      drain: drain.signal,
      host: {
        submissionOf: (video) => parts.journal.submission(video),
        withTokens: async (submission) => submission,
        admitCrawl: () => Promise.resolve(undefined),
        admitBatch: () => undefined,
        patience: {
          patienceMs: usualPatienceMs,
          scopeOf: ({ video }) => ({ name: video, videos: [video], isAll: false }),
        },
        outlastsSilence: true,
        ...(works.includes('transfer') ? { grants: new GrantCache() } : {}),
        onLive: () => Promise.resolve(undefined),
        onIdle: () => undefined,
        halt: (failure) => void halts.push(failure),
      },
    },
  );
  const usualExecutor = inlineExecutor(parts.source, parts.store, by);
  const executor = options.executor?.(usualExecutor) ?? usualExecutor;
  const start = {
    crawl: () => startCrawlers(context),
    transfer: () => startTransfers(context, executor),
    publish: () => startPublishers(context),
  };
  const workers = works.map((work) => start[work]());
  let stopped: Promise<void> | undefined;
  return {
    context,
    control: controlOf(context, destination.name),
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
        await Promise.all([executor.close(), destination.close(), journalStore.close()]);
        connection.disconnect();
      })();
      return stopped;
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
    tokenRules: () => Promise.resolve(keyRules),
    idOf: () => undefined,
    takeNextStep,
    crawl: (video) => sendCrawl(video, { recheck: false }),
  });
}
