import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { backoffMs } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { StoredJob } from './bullmq-job.ts';
import type { JobHandler, QueueWorkers, WorkOptions } from './job-queue.ts';

/** Times that decide when the job of a vanished worker is delivered again: after at most the lock and two checks. */
export interface StallTimes {
  /** How long a job belongs to a worker that gives no sign of life. Signs are given on its event loop. */
  readonly lockDurationMs: number;
  /** How often workers look for jobs that belong to nobody. */
  readonly stalledIntervalMs: number;
}

/**
 * Jobs that these workers do not understand, such as those of a newer version while processes are replaced. They go back
 * into the queue, as often as need be, until a worker takes them that does.
 */
export interface Strangers<T> {
  readonly understands: (data: T) => boolean;
  /** Hears of each that was handed back. */
  readonly onStranger: (data: T) => void;
  readonly delayMs: number;
}

/** Settings of workers beside their handler. */
export interface WorkersSetting<T> {
  readonly connection: RedisClient;
  readonly prefix: string;
  readonly name: string;
  readonly errorDelays: Backoff;
  readonly stallTimes: StallTimes;
  readonly workerName?: string;
  /** Hears what Redis refuses to the workers, broken connections excepted. */
  readonly onTrouble: (error: Error) => void;
  /** Absent: every job is understood. */
  readonly strangers?: Strangers<T>;
}

/** Shortest delay of a job that asks to be delivered again at once, so that it does not keep the server busy. */
const minAgainMs = 50;

/** Polling interval of idle workers. Some changes, such as a higher cap, do not wake them. */
const idleLookSeconds = 2;

/** Pause of a worker after Redis has refused a command. BullMQ alone would retry at once. */
const refusedPauseMs = second;

/** How long a stop waits for Redis after the handlers have ended. Jobs whose end Redis did not learn are delivered again. */
const stopGraceMs = 5 * second;

/** When a returned job is due, and its number of consecutive errors. */
interface Return {
  readonly delayMs: number;
  readonly errors: number;
}

/** A worker that survives an unreachable server. */
class Leavable<T> extends Worker<StoredJob<T>, void> {
  /** Ends timers and the blocking connection, where `close` would wait for the server. */
  async leave(): Promise<void> {
    await this.lockManager.close();
    await this.backend.close(true);
  }
}

/**
 * Handles the jobs of one queue with a BullMQ worker, whose blocking connection is a duplicate of ours.
 *
 * A job never fails in BullMQ's sense, which would remove it. It is completed when its handler is done, and otherwise moved
 * to the delayed jobs. If Redis refuses even that, the job stays active, loses its lock, and the check for stalled jobs
 * delivers it again.
 */
export class BullmqWorkers<T> implements QueueWorkers {
  readonly #worker: Leavable<T>;
  readonly #handler: JobHandler<T>;
  readonly #onError: (error: unknown) => void;
  readonly #errorDelays: Backoff;
  readonly #strangers: Strangers<T> | undefined;
  readonly #onTrouble: (error: Error) => void;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #resuming: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(setting: WorkersSetting<T>, handler: JobHandler<T>, { concurrency, onError }: WorkOptions) {
    this.#handler = handler;
    this.#onError = onError;
    this.#errorDelays = setting.errorDelays;
    this.#strangers = setting.strangers;
    this.#onTrouble = setting.onTrouble;
    this.#worker = new Leavable<T>(setting.name, (job, token) => this.#process(job, token), {
      connection: setting.connection,
      prefix: setting.prefix,
      concurrency,
      ...(setting.workerName === undefined ? {} : { name: setting.workerName }),
      lockDuration: setting.stallTimes.lockDurationMs,
      stalledInterval: setting.stallTimes.stalledIntervalMs,
      // How often a job was lost is for its handler to judge.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: idleLookSeconds,
      runRetryDelay: second,
    });
    this.#worker.on('error', (error) => this.#heed(error));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#resuming);
    const closing = this.#worker.close().then(() => true);
    await Promise.allSettled(this.#running);
    const timer = new AbortController();
    const patience = sleep(stopGraceMs, false, { signal: timer.signal }).catch(() => false);
    const isClosed = await Promise.race([closing, patience]);
    timer.abort();
    if (!isClosed) await this.#worker.leave();
  }

  async #process(job: Job<StoredJob<T>, void>, token: string | undefined): Promise<void> {
    const turn = this.#turn(job.data, job.stalledCounter);
    this.#running.add(turn);
    const back = await turn.finally(() => this.#running.delete(turn));
    if (!back) return;
    try {
      if (back.errors !== (job.data.errors ?? 0)) await job.updateData({ data: job.data.data, errors: back.errors });
      await job.moveToDelayed(Date.now() + back.delayMs, token);
    } catch (error) {
      this.#heed(error instanceof Error ? error : new Error(String(error)));
    }
    // BullMQ's sign for a job that it need not end.
    throw new DelayedError();
  }

  /** One turn of the handler; undefined when it is done with the job. Never throws. */
  async #turn({ data, errors = 0 }: StoredJob<T>, lost: number): Promise<Return | undefined> {
    const { signal } = this.#stopping;
    // It was on its way when the workers were stopped.
    if (signal.aborted) return { delayMs: 0, errors };
    if (this.#strangers && !this.#strangers.understands(data)) {
      this.#strangers.onStranger(data);
      return { delayMs: this.#strangers.delayMs, errors };
    }
    try {
      const end = await this.#handler(data, { signal, lost });
      return end.result === 'done' ? undefined : { delayMs: Math.max(minAgainMs, Math.ceil(end.delayMs)), errors: 0 };
    } catch (error) {
      if (signal.aborted && failureOf(error).code === 'aborted') return { delayMs: 0, errors };
      // Apart from this turn: what a listener throws must not become the end of the job.
      queueMicrotask(() => this.#onError(error));
      return { delayMs: backoffMs(this.#errorDelays, errors), errors: errors + 1 };
    }
  }

  /** Broken connections are told of by the connection itself, and mend themselves. */
  #heed(error: Error): void {
    if (isBrokenConnection(error)) return;
    this.#onTrouble(error);
    if (error.name !== 'ReplyError' || this.#worker.isPaused() || this.#stopping.signal.aborted) return;
    void this.#worker.pause(true);
    this.#resuming = setTimeout(() => void this.#worker.resume(), refusedPauseMs);
  }
}

/** Errors of sockets and TLS have text codes. BullMQ's own are numbers, and the server's have none. */
function isBrokenConnection(error: Error): boolean {
  return ('code' in error && typeof error.code === 'string') || error.message === 'Connection is closed.';
}
