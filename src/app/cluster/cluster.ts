import { randomUUID } from 'node:crypto';
import type { ClusterPlace } from '../../config/cluster-place.ts';
import type { Destination } from '../../config/values/location.ts';
import type { StoreOptions } from '../../config/network-options.ts';
import { isFresh } from '../../domain/freshness.ts';
import { situationOf, stateOf } from '../../domain/video.ts';
import type { Submission, VideoId, VideoRecord } from '../../domain/video.ts';
import { jobIdOf, maxBatchFiles } from '../../domain/batch.ts';
import type { Journal } from '../../journal/journal.ts';
import { openObjectJournal } from '../../journal/object/journal.ts';
import { RedisLedger } from '../../ledger/redis/ledger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { checkRedisSettings } from '../../redis/check-settings.ts';
import { connectRedis } from '../../redis/connect.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { redisNames } from '../../redis/names.ts';
import type { RedisNames } from '../../redis/names.ts';
import { awaitRedis } from '../../redis/await-redis.ts';
import { openQueues } from './queues.ts';
import { openSpending } from './spending.ts';
import type { ClusterSpending } from './spending.ts';
import type { ClusterQueues } from './queues.ts';
import { assertRedisIsOurs, claimRedis, redisOwnerOf } from './claim-redis.ts';
import { assertDestination, destinationOf, saveDestination } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { createStepDriver, leaseIds } from '../../engine/step-driver.ts';
import type { StepDriver } from '../../engine/step-driver.ts';
import { keepsEmptySegments, openDestination, openToRead } from '../open/destination.ts';
import type { OpenDestination } from '../open/destination.ts';

/** How to reach a cluster. */
export interface ClusterOptions extends ClusterPlace, StoreOptions {
  readonly destination: Destination;
  /** Concurrent requests to a store. Absent: as usual. */
  readonly concurrency?: number;
  readonly leaseMs: number;
  readonly freshWindowMs: number;
  /** It works for the library, so keys in Redis that no library has become its own. */
  readonly claimsRedis?: boolean;
  /** For a person, who waits: how long Redis may be away, at the start and later. Absent: as long as services wait. */
  readonly redisPatienceMs?: number;
  /** Nothing is to be written, so the journal's store is not tried, and may take no writes. */
  readonly readOnly?: boolean;
}

/** Callbacks and stop signals of an open cluster. */
export interface ClusterHooks {
  readonly onWarning: (message: string) => void;
  /** Redis is unreachable, or back. `why` is a message for people. */
  readonly onRedis: (isThere: boolean, why: string) => void;
  /** Once aborted, nothing waits any longer for Redis or the store. */
  readonly signal: AbortSignal;
  /** Once aborted, no more jobs are sent. */
  readonly drain: AbortSignal;
}

/** What every process of a cluster uses: the ports on Redis and on the journal's store. */
export interface Cluster extends StepDriver {
  readonly redis: RedisClient;
  readonly redisNames: RedisNames;
  /** Claims the keys in Redis, once they were wiped. */
  readonly claimRedis: () => Promise<void>;
  readonly queues: ClusterQueues;
  readonly ledger: Ledger;
  readonly journal: Journal;
  /** Where the journal is, for workers that write to it by themselves. Absent if nothing is to be written. */
  readonly journalPlace?: Pick<DestinationSetting, 'store'> & Pick<OpenDestination, 'capabilities'>;
  readonly destination: DestinationSetting;
  readonly spending: ClusterSpending;
  readonly newGeneration: () => string;
  readonly isFresh: (submission: Submission) => boolean;
  /** Whether the destination keeps `a//b` apart from `a/b`. Asks it: a new library wants to know, once. */
  readonly keepsEmptySegments: () => Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Files in a batch, and batches of one video in flight. Enough for one video to occupy a few processes fully, and few
 * enough that a pause takes effect soon.
 */
export const dispatchLimits = { maxFiles: maxBatchFiles, maxBatchesOfVideo: 16, lanes: 2 } as const;

/**
 * Connects to Redis and to the journal, and checks that both are fit for use.
 *
 * @throws {FlantsError} `usage` if the settings of Redis would lose work, or the journal is of another destination, or
 *   the keys in Redis are of another library;
 *   `state.unusable` if Redis cannot be reached; as the journal's store
 */
export async function openCluster(options: ClusterOptions, hooks: ClusterHooks): Promise<Cluster> {
  const { redisPatienceMs } = options;
  const redis = connectRedis(options.redis, (error) => hooks.onRedis(false, error.message), redisPatienceMs);
  redis.on('ready', () => hooks.onRedis(true, ''));
  try {
    await awaitRedis(redis, options.redis, hooks.signal);
    for (const warning of await checkRedisSettings(redis)) hooks.onWarning(warning);
    return await openOverConnection(redis, options, hooks);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

async function openOverConnection(redis: RedisClient, options: ClusterOptions, hooks: ClusterHooks): Promise<Cluster> {
  const destination = await destinationOf(options);
  const place = await destinationOf({ ...options, destination: options.journal });
  const { claimsRedis = false, readOnly = false, proxies } = options;
  const { store, capabilities } = readOnly
    ? { store: openToRead(place, proxies) }
    : await openDestination(place, { proxies, signal: hooks.signal });
  const names = redisNames(options.redis.prefix);
  const claim = {
    redis,
    redisNames: names,
    prefix: options.redis.prefix,
    owner: redisOwnerOf(destination, place),
  };
  const journal = openObjectJournal(store, { signal: hooks.signal });
  try {
    // A library that is refused leaves no claim behind, which would refuse it once its options are right.
    await assertRedisIsOurs(claim);
    await (readOnly ? assertDestination : saveDestination)(journal, destination, '--journal');
    if (claimsRedis) await claimRedis(claim);
  } catch (error) {
    await store.close();
    throw error;
  }
  const ledger = new RedisLedger(redis, options.redis.prefix);
  const spending = openSpending(redis, names, journal);
  const { onWarning } = hooks;
  const onTrouble = (error: Error): void => onWarning(`Redis: ${error.message}`);
  const queues = openQueues(redis, options.redis.prefix, onTrouble, onWarning);
  const isFreshNow = (submission: Submission): boolean =>
    isFresh(submission, { freshWindowMs: options.freshWindowMs, now: Date.now() });
  const stepDriver = createStepDriver(
    {
      ...queues,
      ledger,
      journal,
      limits: dispatchLimits,
      leaseMs: options.leaseMs,
      newId: leaseIds(randomUUID),
      newGeneration: randomUUID,
      isFresh: isFreshNow,
    },
    { drain: hooks.drain, onIdle: (video, record) => queueConclusion(video, record, queues) },
  );
  return {
    ...stepDriver,
    redis,
    redisNames: names,
    spending,
    claimRedis: () => claimRedis(claim),
    queues,
    ledger,
    journal,
    ...(capabilities ? { journalPlace: { store: place.store, capabilities } } : {}),
    keepsEmptySegments: () => keepsEmptySegments(destination, { proxies, signal: hooks.signal }),
    destination,
    newGeneration: randomUUID,
    isFresh: isFreshNow,
    async close() {
      await queues.close();
      await spending.stop();
      await store.close();
      redis.disconnect();
    },
  };
}

/**
 * Queues the conclusion of a video without a next step: the aggregator announces its situation, and removes a published
 * video from the ledger. Does nothing if the situation was announced before and the video is not published.
 */
export async function queueConclusion(
  video: VideoId,
  record: VideoRecord,
  { conclusions }: Pick<ClusterQueues, 'conclusions'>,
): Promise<void> {
  const state = stateOf(record);
  if (state !== 'published' && record.announced === situationOf(record)) return;
  await conclusions.add({
    id: jobIdOf(video, record.generation, state),
    data: { format: 1, video },
    priority: 0,
  });
}
