/** A job to be added. */
export interface NewJob<T> {
  /** The job is ignored while another with this id is waiting, delayed or active. */
  readonly id: string;
  readonly data: T;
  /** Lower numbers go first. Jobs of equal priority keep their order. */
  readonly priority: number;
  readonly delayMs?: number;
}

/** How a job ended: finished, or to be delivered again after a delay. */
export type JobEnd = { readonly result: 'done' } | { readonly result: 'again'; readonly delayMs: number };

/** What a handler gets beside its job. */
export interface JobOptions {
  /** Aborted when the workers are stopped. */
  readonly signal: AbortSignal;
  /**
   * How many workers have died with this job, or were cut off from the queue for too long. Deliveries after `again` count as
   * the same job. Always 0 in a queue that does not outlive its process.
   */
  readonly lost: number;
}

/** Handles a job. If it throws, the job is delivered again after a delay. */
export type JobHandler<T> = (data: T, options: JobOptions) => Promise<JobEnd>;

/** How many jobs to run at a time, and a callback for what handlers throw (except `aborted` after `stop`). */
export interface WorkOptions {
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}

/** Workers on a queue. */
export interface QueueWorkers {
  /** Stops taking jobs, aborts the signal of those that run, and waits for them. */
  stop(): Promise<void>;
}

/**
 * Delivers jobs, each at least once. A queue may be lost at any time: everything in it can be found again by way of the
 * ledger.
 */
export interface JobQueue<T> {
  add(job: NewJob<T>): Promise<void>;
  /** Whether a job with this id is waiting, delayed or active. */
  has(id: string): Promise<boolean>;
  /** Number of jobs that are waiting, delayed or active. */
  size(): Promise<number>;
  /**
   * Whether fewer than `max` jobs are waiting or active. Delayed jobs do not count until there are a hundred times as many,
   * so that one throttling origin does not stop the others.
   */
  hasCapacity(max: number): Promise<boolean>;
  /** Starts handling jobs, up to `concurrency` at a time. */
  work(handler: JobHandler<T>, options: WorkOptions): QueueWorkers;
  /** Stops all workers and releases connections and memory. `add` throws `aborted` from then on. */
  close(): Promise<void>;
}

/** A queue whose producers and consumers are all in this process, so that the ones can wait for the others. */
export interface LocalQueue<T> extends JobQueue<T> {
  /**
   * Resolves when the queue has capacity. All who wait resume together, so each may exceed `max` by one job. Throws `aborted`
   * when the signal fires first.
   */
  room(max: number, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** Adds jobs to a queue at regular intervals, however many processes ask for it. */
export interface Schedule<T> {
  /**
   * Adds a job now and on each interval: one job, however many processes call this. Calling it again with the same interval
   * leaves the schedule alone, another interval restarts it. A schedule is lost with its queue, so repeat the call on a
   * timer. The next job is in the queue from the start, delayed, so a job that takes longer than the interval meets it.
   *
   * @param id - id of the schedule, not of its jobs
   * @param options.ifNone - leave an existing schedule alone, even with another interval. Processes that were configured
   *   differently then do not fight on their timers: the one that started last decides
   * @returns whether a job of the schedule is due now, as that of a new schedule is
   */
  every(id: string, everyMs: number, data: T, options?: { readonly ifNone: boolean }): Promise<boolean>;
  /** Removes a schedule. Unknown ids are ignored. */
  never(id: string): Promise<void>;
}
