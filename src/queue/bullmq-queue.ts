import { Queue } from 'bullmq';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { RedisClient } from '../redis/connect.ts';
import { refusedByRedis } from '../redis/refused.ts';
import { bringForward } from './bullmq-bring-forward.ts';
import { bullmqId, jobOptions } from './bullmq-job.ts';
import type { StoredJob } from './bullmq-job.ts';
import { BullmqWorkers } from './bullmq-workers.ts';
import type { StallTimes, Strangers, WorkersSetting } from './bullmq-workers.ts';
import { defaultErrorDelays } from './error-delays.ts';
import type { JobHandler, JobQueue, NewJob, QueueWorkers, Schedule, WorkOptions } from './job-queue.ts';
import { hasCapacity } from './capacity.ts';
import type { QueueCounts, QueueDepth } from './capacity.ts';
import type { ActiveJob } from './watch-jobs.ts';

/** Connection, name and behaviour of a queue. */
export interface BullmqQueueOptions<T> {
  /** Shared with whoever else uses it, and closed by its owner. Workers block on duplicates of it. */
  readonly connection: RedisClient;
  /** Begins the names of BullMQ's keys: `redisNames(…).queues`. */
  readonly prefix: string;
  /** Of the queue, without a colon. All that say the same prefix and name share it. */
  readonly name: string;
  /** Hears what Redis refuses to the workers, broken connections excepted. */
  readonly onTrouble: (error: Error) => void;
  readonly strangers?: Strangers<T>;
  readonly errorDelays?: Backoff;
  readonly stallTimes?: StallTimes;
  /** Names this process at the jobs that its workers have. */
  readonly workerName?: string;
}

const defaultStallTimes: StallTimes = { lockDurationMs: 10 * second, stalledIntervalMs: 5 * second };

/** BullMQ writes every step to an event stream, which is not used here. */
const keptEvents = 10;

/**
 * A queue on Redis, shared by any number of processes. It is lost with the server's memory. It resumes by itself when an
 * unreachable server returns; calls wait until then.
 *
 * Throws `state.unusable` when Redis refuses a command.
 */
export class BullmqQueue<T> implements JobQueue<T>, Schedule<T> {
  readonly #queue: Queue<StoredJob<T>, void, string, StoredJob<T>, void, string>;
  readonly #setting: WorkersSetting<T>;
  readonly #workers = new Set<BullmqWorkers<T>>();
  #isClosed = false;

  constructor({ connection, prefix, name, onTrouble, strangers, ...more }: BullmqQueueOptions<T>) {
    const { errorDelays = defaultErrorDelays, stallTimes = defaultStallTimes, workerName } = more;
    this.#setting = {
      connection,
      prefix,
      name,
      onTrouble,
      errorDelays,
      stallTimes,
      ...(workerName === undefined ? {} : { workerName }),
      ...(strangers ? { strangers } : {}),
    };
    this.#queue = new Queue(name, {
      connection,
      prefix,
      defaultJobOptions: jobOptions,
      streams: { events: { maxLen: keptEvents } },
    });
    // Those of the connection, which has a listener of its own; what a call meets it throws.
    this.#queue.on('error', () => {});
  }

  async add({ id, data, priority, delayMs = 0 }: NewJob<T>): Promise<void> {
    if (this.#isClosed) throw new FlantsError('aborted', 'the queue is closed');
    const options = { jobId: bullmqId(id), priority, delay: Math.ceil(delayMs) };
    await refusedByRedis(this.#queue.add('job', { data }, options));
  }

  async has(id: string): Promise<boolean> {
    return (await refusedByRedis(this.#setting.connection.exists(this.#queue.toKey(bullmqId(id))))) === 1;
  }

  async size(): Promise<number> {
    const { due, delayed } = await this.#counts();
    return due + delayed;
  }

  /** How many jobs stand where. */
  async depth(): Promise<QueueDepth> {
    const counting = this.#queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
    const { wait = 0, prioritized = 0, active = 0, delayed = 0 } = await refusedByRedis(counting);
    return { waiting: wait + prioritized, active, delayed };
  }

  /** Jobs that workers of all processes have, no more than `max`. One that has just ended may be missing. */
  async active(max: number): Promise<readonly ActiveJob<T>[]> {
    const jobs = await refusedByRedis(this.#queue.getJobs(['active'], 0, max - 1));
    return jobs.flatMap(({ data, processedOn: since, processedBy: worker }) =>
      since === undefined ? [] : [{ data: data.data, since, ...(worker === undefined ? {} : { worker }) }],
    );
  }

  async hasCapacity(max: number): Promise<boolean> {
    return hasCapacity(max, await this.#counts());
  }

  work(handler: JobHandler<T>, options: WorkOptions): QueueWorkers {
    const workers = new BullmqWorkers<T>(this.#setting, handler, options);
    this.#workers.add(workers);
    return {
      stop: async () => {
        await workers.stop();
        this.#workers.delete(workers);
      },
    };
  }

  /** A server that was emptied forgets it, as it does `limit`. */
  async every(id: string, everyMs: number, data: T, { ifNone } = { ifNone: false }): Promise<boolean> {
    const there = ifNone && (await refusedByRedis(this.#queue.getJobScheduler(bullmqId(id))));
    if (there) return (there.next ?? Infinity) <= Date.now();
    const template = { name: 'job', data: { data }, opts: jobOptions };
    const next = await refusedByRedis(this.#queue.upsertJobScheduler(bullmqId(id), { every: everyMs }, template));
    return next.delay === 0;
  }

  async never(id: string): Promise<void> {
    await refusedByRedis(this.#queue.removeJobScheduler(bullmqId(id)));
  }

  /**
   * Caps the jobs that all workers of all processes have active together. Say it again on a timer: a server that was
   * emptied forgets it.
   *
   * @param maxActive - undefined takes the cap away
   */
  async limit(maxActive: number | undefined): Promise<void> {
    const events = { 'opts.maxLenEvents': keptEvents };
    const cap = maxActive === undefined ? {} : { concurrency: maxActive };
    await refusedByRedis(this.#queue.getBackend().setQueueMeta({ ...events, ...cap }));
    if (maxActive === undefined) await refusedByRedis(this.#queue.removeGlobalConcurrency());
  }

  /** As `bringForward`. Call it on a timer. */
  async bringForward(): Promise<number> {
    return refusedByRedis(bringForward(this.#queue, this.#setting.connection));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((workers) => workers.stop()));
    await this.#queue.close();
  }

  async #counts(): Promise<QueueCounts> {
    const { waiting, active, delayed } = await this.depth();
    return { due: waiting + active, delayed };
  }
}
