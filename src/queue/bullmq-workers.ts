import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { StoredJob } from './bullmq-job.ts';
import { errorDelayMs } from './error-delays.ts';
import type { ErrorDelays } from './error-delays.ts';
import type { JobHandler, QueueWorkers, WorkOptions } from './job-queue.ts';

/** How soon a job comes again whose worker has vanished: after at most the lock and two checks. */
export interface StallTimes {
  /** How long a job belongs to a worker that gives no sign of life. Signs are given on its event loop. */
  readonly lockDurationMs: number;
  /** How often workers look for jobs that belong to nobody. */
  readonly stalledIntervalMs: number;
}

/** What workers need beside their handler. */
export interface WorkersSetting {
  readonly connection: RedisClient;
  readonly prefix: string;
  readonly name: string;
  readonly errorDelays: ErrorDelays;
  readonly stallTimes: StallTimes;
  /** Hears what Redis refuses to the workers, broken connections excepted. */
  readonly onTrouble: (error: Error) => void;
}

/** A job that wants to come again at once must not keep the server busy with itself. */
const minAgainMs = 50;

/** Idle workers look by themselves after this long: some changes, such as a higher cap, wake nobody. */
const idleLookSeconds = 2;

/** Pause of a worker to which Redis refused something: BullMQ would ask again at once. */
const refusedPauseMs = second;

/** How long stopping waits for Redis once the handlers have ended; jobs it was not told of come again. */
const stopGraceMs = 5 * second;

/** When a job that goes back is due, and how many errors it then has behind it. */
interface Return {
  readonly delayMs: number;
  readonly errors: number;
}

/** A worker that can be left alone with a server that is away. */
class Leavable<T> extends Worker<StoredJob<T>, void> {
  /** Ends timers and the blocking connection, where `close` would wait for the server. */
  async leave(): Promise<void> {
    await this.lockManager.close();
    await this.backend.close(true);
  }
}

/**
 * Works the jobs of one queue with a BullMQ worker, whose blocking connection is a duplicate of ours.
 *
 * A job never ends as failed with BullMQ, which would remove it: its handler being done completes it, anything else
 * moves it to the delayed ones. Where Redis refuses even that the job stays active, loses its lock, and is brought
 * again by the check for stalled jobs.
 */
export class BullmqWorkers<T> implements QueueWorkers {
  readonly #worker: Leavable<T>;
  readonly #handler: JobHandler<T>;
  readonly #onError: (error: unknown) => void;
  readonly #errorDelays: ErrorDelays;
  readonly #onTrouble: (error: Error) => void;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #resuming: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(setting: WorkersSetting, handler: JobHandler<T>, { concurrency, onError }: WorkOptions) {
    this.#handler = handler;
    this.#onError = onError;
    this.#errorDelays = setting.errorDelays;
    this.#onTrouble = setting.onTrouble;
    this.#worker = new Leavable<T>(setting.name, (job, token) => this.#process(job, token), {
      connection: setting.connection,
      prefix: setting.prefix,
      concurrency,
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
    try {
      const end = await this.#handler(data, { signal, lost });
      return end.result === 'done' ? undefined : { delayMs: Math.max(minAgainMs, Math.ceil(end.delayMs)), errors: 0 };
    } catch (error) {
      if (signal.aborted && failureOf(error).code === 'aborted') return { delayMs: 0, errors };
      // Apart from this turn: what a listener throws must not become the end of the job.
      queueMicrotask(() => this.#onError(error));
      return { delayMs: errorDelayMs(this.#errorDelays, errors), errors: errors + 1 };
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

/** Errors of sockets and of TLS have codes that are text; BullMQ's own are numbers, and the server's have none. */
function isBrokenConnection(error: Error): boolean {
  return ('code' in error && typeof error.code === 'string') || error.message === 'Connection is closed.';
}
