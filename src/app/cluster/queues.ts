import { jobIdOf } from '../../domain/batch.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import type { VideoStatus } from '../../catalogue/catalogue.ts';
import type { VideoJob } from '../../domain/video-job.ts';
import { second } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Lease } from '../../ledger/ledger.ts';
import type { LiveQueue } from '../../domain/progress/live-view.ts';
import type { ActiveBatch } from '../../monitor/monitor-ports.ts';
import { activeBatchOf } from '../active-batch.ts';
import { processId } from './service-beats.ts';
import { BullmqQueue } from '../../queue/bullmq-queue.ts';
import type { Strangers } from '../../queue/bullmq-workers.ts';
import { freshPlaces, withFreshLane } from '../../queue/fresh-lane.ts';
import type { JobQueue } from '../../queue/job-queue.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { redisNames } from '../../redis/names.ts';

/** A pass over the whole library. */
export interface LibraryJob {
  readonly format: 1;
  /** The video at which an earlier part of the pass stopped. Absent: start from the beginning. */
  readonly after?: VideoId;
  /** Of a pass that admits videos: an earlier part has aligned those in the ledger. */
  readonly isAligned?: boolean;
  /** Of a scan: left to this process for a while, which may have another catalogue than those before it. */
  readonly own?: { readonly process: string; readonly untilMs: number };
}

/** A video without a next step, which is to be announced. */
export interface ConclusionJob {
  readonly format: 1;
  readonly video: VideoId;
}

/** A look at a recording that was not over. */
export interface LookJob {
  readonly format: 1;
  readonly video: VideoId;
  /** `nextLookAt` of the look before. A recording with another was looked at meanwhile. */
  readonly at: number;
}

/** The status of a video that is to be written back to the catalogue. */
export interface WriteBackJob {
  readonly format: 1;
  readonly status: VideoStatus;
}

/** Every queue of a cluster. Each process may add to all of them. Its role decides from which it takes jobs. */
export interface ClusterQueues {
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  /** Looks at recordings that are not over, each delayed until its time. They claim nothing, so that nothing waits for them. */
  readonly looks: JobQueue<LookJob>;
  readonly conclusions: JobQueue<ConclusionJob>;
  readonly alerts: JobQueue<Delivery>;
  readonly writeBacks: JobQueue<WriteBackJob>;
  /** Reads of the whole catalogue. */
  readonly scans: BullmqQueue<LibraryJob>;
  /** Passes that admit videos from the journal to the ledger. Named 'intakes' in Redis. */
  readonly admissions: BullmqQueue<LibraryJob>;
  /** Passes that look for changed sources of published videos. */
  readonly deltas: BullmqQueue<LibraryJob>;
  /** Passes that find videos without a job to carry them. */
  readonly reconciliations: BullmqQueue<LibraryJob>;
  /** Whether the job of a lease is in its queue. */
  readonly isQueued: (video: VideoId, lease: Lease) => Promise<boolean>;
  /** Caps the active batches of the whole cluster. A wiped Redis forgets the cap, so call this again on a timer. */
  limitBatches(max: number | undefined): Promise<void>;
  /** Limits each kind of library job to one at a time in the whole cluster. Call this again on a timer, too. */
  limitLibraryJobs(): Promise<void>;
  /** Brings forward what a clock that was ahead has put off for too long. Call this on a timer. @returns how many jobs */
  bringForward(): Promise<number>;
  /** The number of jobs in each queue, by the name of the queue in Redis. */
  sizes(): Promise<Readonly<Record<string, number>>>;
  /** How many jobs stand where, by queue. */
  depths(): Promise<readonly LiveQueue[]>;
  /** Batches that transfer processes have, the oldest first; no more than `max` of each lane. */
  activeBatches(max: number): Promise<readonly ActiveBatch[]>;
  close(): Promise<void>;
}

/** What all messages have. */
interface Message {
  readonly format: number;
}

/** The newest format of messages that this version understands. One that is changed beyond additions gets the next number. */
const knownFormat = 1;

/** How long a message of a newer version rests before a worker looks at it again. */
const strangerDelayMs = 3 * second;

/**
 * Opens the queues of a cluster. Messages of a newer format are handed back.
 *
 * @param onTrouble - called with errors of Redis that a worker meets
 * @param onNewer - called once for each queue with messages of a newer version, which are left to newer processes
 */
export function openQueues(
  connection: RedisClient,
  prefix: string,
  onTrouble: (error: Error) => void,
  onNewer: (message: string) => void = () => {},
): ClusterQueues {
  const options = { connection, prefix: redisNames(prefix).queues, onTrouble, workerName: processId };
  const warned = new Set<string>();
  const strangersOf = (name: string): Strangers<Message> => ({
    understands: ({ format }) => format <= knownFormat,
    onStranger: ({ format }) => {
      if (warned.has(name)) return;
      warned.add(name);
      onNewer(
        `messages of a newer version (format ${format}) in the queue ${name} are left to newer processes: upgrade this one to that version`,
      );
    },
    delayMs: strangerDelayMs,
  });
  const all: Record<string, BullmqQueue<never>> = {};
  const open = <T extends Message>(name: string): BullmqQueue<T> => {
    const queue = new BullmqQueue<T>({ ...options, name, strangers: strangersOf(name) });
    all[name] = queue as unknown as BullmqQueue<never>;
    return queue;
  };
  const [freshBatches, backlogBatches] = [open<BatchJob>('batches-fresh'), open<BatchJob>('batches')];
  const crawls = withFreshLane(open<VideoJob>('crawls-fresh'), open<VideoJob>('crawls'));
  const batches = withFreshLane(freshBatches, backlogBatches);
  const publications = open<VideoJob>('publications');
  const libraryQueues = [
    open<LibraryJob>('scans'),
    open<LibraryJob>('intakes'),
    open<LibraryJob>('deltas'),
    open<LibraryJob>('reconciliations'),
  ] as const;
  const [scans, admissions, deltas, reconciliations] = libraryQueues;
  const queueOf = { crawl: crawls, batch: batches, publish: publications } as const;
  return {
    crawls,
    batches,
    publications,
    looks: open<LookJob>('looks'),
    conclusions: open<ConclusionJob>('conclusions'),
    alerts: open<Delivery>('alerts'),
    writeBacks: open<WriteBackJob>('write-backs'),
    scans,
    admissions,
    deltas,
    reconciliations,
    isQueued: (video, lease) => queueOf[lease.kind].has(jobIdOf(video, lease.generation, lease.id)),
    async limitBatches(max) {
      // Each lane has at least one place, even under a cap of one. Without it the lane would stand still.
      const fresh = max === undefined ? undefined : freshPlaces(max);
      await freshBatches.limit(fresh);
      await backlogBatches.limit(max === undefined ? undefined : Math.max(1, max - (fresh ?? 0)));
    },
    limitLibraryJobs: async () => void (await Promise.all(libraryQueues.map((queue) => queue.limit(1)))),
    async bringForward() {
      const counts = await Promise.all(Object.values(all).map((queue) => queue.bringForward()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async sizes() {
      const sizes: Record<string, number> = {};
      for (const [name, queue] of Object.entries(all)) sizes[name] = await queue.size();
      return sizes;
    },
    depths: () => Promise.all(Object.entries(all).map(async ([name, queue]) => ({ name, ...(await queue.depth()) }))),
    async activeBatches(max) {
      const lanes = await Promise.all([freshBatches.active(max), backlogBatches.active(max)]);
      return lanes
        .flat()
        .filter(({ data }) => data.format <= knownFormat)
        .map(activeBatchOf)
        .toSorted((a, b) => a.since - b.since);
    },
    close: async () => void (await Promise.all(Object.values(all).map((queue) => queue.close()))),
  };
}
