import { backoffMs } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { defaultErrorDelays } from './error-delays.ts';
import type { JobEnd, JobHandler, LocalQueue, NewJob, QueueWorkers, WorkOptions } from './job-queue.ts';
import { PriorityHeap } from './priority-heap.ts';
import { hasCapacity } from './capacity.ts';
import type { QueueDepth } from './capacity.ts';

/** The longest that a timer of Node can wait; more would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

interface Job<T> {
  readonly id: string;
  readonly data: T;
  readonly priority: number;
  /** Times in a row that its handler threw. */
  readonly errors: number;
}

interface Workers<T> {
  readonly handler: JobHandler<T>;
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
  readonly stopping: AbortController;
  readonly running: Set<Promise<void>>;
}

interface Waiter {
  readonly max: number;
  readonly resolve: () => void;
}

/**
 * A queue that ends with its process.
 *
 * A job is in exactly one place: ready (by priority), delayed (by the time it is due, watched
 * by one timer), or active in one of the workers. Its id stays in `ids` through all of them.
 */
export class MemoryQueue<T> implements LocalQueue<T> {
  readonly #ids = new Set<string>();
  readonly #ready = new PriorityHeap<Job<T>>();
  readonly #delayed = new PriorityHeap<Job<T>>();
  readonly #workers = new Set<Workers<T>>();
  readonly #waiters = new Set<Waiter>();
  readonly #errorDelays: Backoff;
  #timer: NodeJS.Timeout | undefined;
  #pumping: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(errorDelays: Backoff = defaultErrorDelays) {
    this.#errorDelays = errorDelays;
  }

  async add({ id, data, priority, delayMs = 0 }: NewJob<T>): Promise<void> {
    if (this.#isClosed) throw new FlantsError('aborted', 'the queue is closed');
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#place({ id, data, priority, errors: 0 }, delayMs);
  }

  async has(id: string): Promise<boolean> {
    return this.#ids.has(id);
  }

  async size(): Promise<number> {
    return this.#ids.size;
  }

  /** How many jobs stand where. */
  depth(): QueueDepth {
    const active = [...this.#workers].reduce((sum, { running }) => sum + running.size, 0);
    const delayed = this.#delayed.size;
    return { waiting: Math.max(0, this.#ids.size - delayed - active), active, delayed };
  }

  async hasCapacity(max: number): Promise<boolean> {
    return this.#hasCapacity(max);
  }

  async room(max: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (signal.aborted) throw abortedWaiting();
    if (this.#hasCapacity(max)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { max, resolve };
    const abort = (): void => reject(abortedWaiting());
    this.#waiters.add(waiter);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiters.delete(waiter);
    }
  }

  work(handler: JobHandler<T>, { concurrency, onError }: WorkOptions): QueueWorkers {
    const workers: Workers<T> = { handler, concurrency, onError, stopping: new AbortController(), running: new Set() };
    this.#workers.add(workers);
    this.#pumpSoon();
    return { stop: () => this.#stop(workers) };
  }

  /** Makes all delayed jobs due now. */
  hasten(): void {
    for (let job = this.#delayed.pop(); job; job = this.#delayed.pop()) this.#ready.push(job, job.priority);
    this.#setTimer();
    this.#pumpSoon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workers].map((workers) => this.#stop(workers)));
    clearTimeout(this.#timer);
    clearImmediate(this.#pumping);
    this.#ready.clear();
    this.#delayed.clear();
    this.#ids.clear();
    this.#callWaiters();
  }

  async #stop(workers: Workers<T>): Promise<void> {
    workers.stopping.abort();
    await Promise.all(workers.running);
    this.#workers.delete(workers);
  }

  #place(job: Job<T>, delayMs: number): void {
    if (delayMs > 0) {
      this.#delayed.push(job, performance.now() + delayMs);
      this.#setTimer();
      this.#callWaiters();
    } else {
      this.#ready.push(job, job.priority);
      this.#pumpSoon();
    }
  }

  /** Lets the timer go off when the first delayed job is due. */
  #setTimer(): void {
    clearTimeout(this.#timer);
    const dueAtMs = this.#delayed.nextRank;
    if (dueAtMs === undefined || this.#isClosed) return;
    const delayMs = Math.min(maxTimerMs, Math.max(0, Math.ceil(dueAtMs - performance.now())));
    this.#timer = setTimeout(() => this.#wakeDelayed(), delayMs);
  }

  #wakeDelayed(): void {
    const now = performance.now();
    while ((this.#delayed.nextRank ?? Infinity) <= now) {
      const job = this.#delayed.pop();
      if (job) this.#ready.push(job, job.priority);
    }
    this.#setTimer();
    this.#pumpSoon();
  }

  /** Jobs start in a turn of their own: no handler runs inside `add`, and jobs that come again at once let others live. */
  #pumpSoon(): void {
    this.#pumping ??= setImmediate(() => {
      this.#pumping = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    for (const workers of this.#workers) {
      while (!workers.stopping.signal.aborted && workers.running.size < workers.concurrency) {
        const job = this.#ready.pop();
        if (!job) return;
        const run = this.#run(job, workers).finally(() => {
          workers.running.delete(run);
          this.#pumpSoon();
        });
        workers.running.add(run);
      }
    }
  }

  /** Never throws: what the handler throws brings the job again. */
  async #run(job: Job<T>, { handler, onError, stopping: { signal } }: Workers<T>): Promise<void> {
    let end: JobEnd;
    try {
      end = await handler(job.data, { signal, lost: 0 });
    } catch (error) {
      if (signal.aborted && failureOf(error).code === 'aborted') {
        this.#place(job, 0);
      } else {
        this.#place({ ...job, errors: job.errors + 1 }, backoffMs(this.#errorDelays, job.errors));
        onError(error);
      }
      return;
    }
    if (end.result === 'again') {
      this.#place({ ...job, errors: 0 }, end.delayMs);
    } else {
      this.#ids.delete(job.id);
      this.#callWaiters();
    }
  }

  #hasCapacity(max: number): boolean {
    return hasCapacity(max, { due: this.#ids.size - this.#delayed.size, delayed: this.#delayed.size });
  }

  #callWaiters(): void {
    for (const waiter of this.#waiters) if (this.#hasCapacity(waiter.max)) waiter.resolve();
  }
}

function abortedWaiting(): FlantsError {
  return new FlantsError('aborted', 'stopped while waiting for room in the queue');
}
