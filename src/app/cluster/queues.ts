import { jobIdOf } from '../../domain/batch.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import type { VideoJob } from '../../domain/video-job.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Lease } from '../../ledger/ledger.ts';
import { BullmqQueue } from '../../queue/bullmq-queue.ts';
import { freshPlaces, withFreshLane } from '../../queue/fresh-lane.ts';
import type { JobQueue } from '../../queue/job-queue.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { redisNames } from '../../redis/names.ts';

/** Work of a scanner on the whole library; `after` is where an earlier part of it stopped. */
export interface LibraryJob {
  readonly format: 1;
  readonly after?: VideoId;
}

/** A video that has come to rest. */
export interface ConclusionJob {
  readonly format: 1;
  readonly video: VideoId;
}

/** Every queue of a cluster. Each process may add to all of them; its role says which it works. */
export interface ClusterQueues {
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  readonly conclusions: JobQueue<ConclusionJob>;
  readonly alerts: JobQueue<Delivery>;
  /** Read the whole catalogue. */
  readonly scans: BullmqQueue<LibraryJob>;
  /** Take videos from the journal into the ledger. */
  readonly admissions: BullmqQueue<LibraryJob>;
  /** Look again at videos that are complete. */
  readonly deltas: BullmqQueue<LibraryJob>;
  /** Find what nothing carries. */
  readonly reconciliations: BullmqQueue<LibraryJob>;
  /** Whether the job that a lease stands for is in its queue. */
  readonly isQueued: (video: VideoId, lease: Lease) => Promise<boolean>;
  /** Caps the batches in work in the whole cluster; a server that was emptied forgets it, so say it again on a timer. */
  limitBatches(max: number | undefined): Promise<void>;
  /** One of each kind of work on the whole library at a time, in the whole cluster. Say it again on a timer, too. */
  keepSingle(): Promise<void>;
  /** Jobs in each queue, by its name. */
  sizes(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** @param onTrouble - hears what Redis refuses to workers */
export function openQueues(connection: RedisClient, prefix: string, onTrouble: (error: Error) => void): ClusterQueues {
  const options = { connection, prefix: redisNames(prefix).queues, onTrouble };
  const all: Record<string, BullmqQueue<never>> = {};
  const open = <T>(name: string): BullmqQueue<T> => {
    const queue = new BullmqQueue<T>({ ...options, name });
    all[name] = queue as unknown as BullmqQueue<never>;
    return queue;
  };
  const [freshBatches, backlogBatches] = [open<BatchJob>('batches-fresh'), open<BatchJob>('batches')];
  const crawls = withFreshLane(open<VideoJob>('crawls-fresh'), open<VideoJob>('crawls'));
  const batches = withFreshLane(freshBatches, backlogBatches);
  const publications = open<VideoJob>('publications');
  const single = [
    open<LibraryJob>('scans'),
    open<LibraryJob>('intakes'),
    open<LibraryJob>('deltas'),
    open<LibraryJob>('reconciliations'),
  ] as const;
  const [scans, admissions, deltas, reconciliations] = single;
  const queueOf = { crawl: crawls, batch: batches, publish: publications } as const;
  return {
    crawls,
    batches,
    publications,
    conclusions: open<ConclusionJob>('conclusions'),
    alerts: open<Delivery>('alerts'),
    scans,
    admissions,
    deltas,
    reconciliations,
    isQueued: (video, lease) => queueOf[lease.kind].has(jobIdOf(video, lease.generation, lease.id)),
    async limitBatches(max) {
      // Of a single place both lanes have one: the least that lets both move.
      const fresh = max === undefined ? undefined : freshPlaces(max);
      await freshBatches.limit(fresh);
      await backlogBatches.limit(max === undefined ? undefined : Math.max(1, max - (fresh ?? 0)));
    },
    keepSingle: async () => void (await Promise.all(single.map((queue) => queue.limit(1)))),
    async sizes() {
      const sizes: Record<string, number> = {};
      for (const [name, queue] of Object.entries(all)) sizes[name] = await queue.size();
      return sizes;
    },
    close: async () => void (await Promise.all(Object.values(all).map((queue) => queue.close()))),
  };
}
