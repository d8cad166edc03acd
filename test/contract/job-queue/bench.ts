import { afterEach, beforeEach, expect } from 'vitest';
import type { JobEnd, JobHandler, JobQueue, NewJob, QueueWorkers } from '../../../src/queue/job-queue.ts';

/** What a driver gives the contract for each test. Its queue brings jobs whose handler threw again within a second. */
export interface JobQueueUnderTest {
  readonly queue: JobQueue<string>;
  close(): Promise<void>;
}

export const done: JobEnd = { result: 'done' };
export const unexpected = (error: unknown): void => {
  throw new Error('a handler threw', { cause: error });
};

/** Collects what handlers were given, and lets a test wait for the n-th. */
export class Log {
  readonly entries: string[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];

  add(entry: string): void {
    this.entries.push(entry);
    for (const { count, resolve } of this.#waiting) if (this.entries.length >= count) resolve();
  }

  async reaches(count: number): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ count, resolve });
    if (this.entries.length >= count) resolve();
    await promise;
    return this.entries;
  }
}

/** A promise that a test resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** A new queue for each test of a suite, and ways to drive it. */
export interface JobQueueBench {
  readonly queue: JobQueue<string>;
  /** What handlers noted in this test. */
  readonly log: Log;
  readonly add: (id: string, more?: Partial<NewJob<string>>) => Promise<void>;
  readonly addAll: (...ids: readonly string[]) => Promise<void>;
  readonly work: (
    handler: JobHandler<string>,
    concurrency?: number,
    onError?: (error: unknown) => void,
  ) => QueueWorkers;
  /** A handler that notes its job, and is done with it. */
  readonly note: JobHandler<string>;
  /** Waits until the queue holds no job. */
  readonly empty: () => Promise<void>;
}

/** Creates and closes a queue around each test of the suite that calls this. */
export function createJobQueueBench(create: () => Promise<JobQueueUnderTest>): JobQueueBench {
  let test: JobQueueUnderTest;
  let queue: JobQueue<string>;
  let log: Log;

  beforeEach(async () => {
    test = await create();
    queue = test.queue;
    log = new Log();
  });

  afterEach(() => test.close());

  const add = (id: string, more: Partial<NewJob<string>> = {}): Promise<void> =>
    queue.add({ id, data: id, priority: 10, ...more });
  const addAll = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) await add(id);
  };
  const work = (handler: JobHandler<string>, concurrency = 1, onError = unexpected): QueueWorkers =>
    queue.work(handler, { concurrency, onError });
  const note: JobHandler<string> = async (data) => {
    log.add(data);
    return done;
  };
  const empty = (): Promise<void> => expect.poll(() => queue.size(), { timeout: 10_000, interval: 5 }).toBe(0);
  return {
    get queue() {
      return queue;
    },
    get log() {
      return log;
    },
    add,
    addAll,
    work,
    note,
    empty,
  };
}
