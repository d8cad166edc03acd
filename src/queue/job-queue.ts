/** A job on its way in. */
export interface NewJob<T> {
  /** An id that is waiting, delayed or active already is ignored. */
  readonly id: string;
  readonly data: T;
  /** Lower goes first; among equals the order of arrival. */
  readonly priority: number;
  readonly delayMs?: number;
}

/** Done with it, or bring it again later. */
export type JobEnd = { readonly result: 'done' } | { readonly result: 'again'; readonly delayMs: number };

/** What a handler is told beside its job. */
export interface JobOptions {
  /** Aborted when the workers are stopped. */
  readonly signal: AbortSignal;
  /**
   * How often a worker had this job and gave no sign of life any more: its process ended, or was cut off for long. A job
   * that comes again is the same one; 0 where a queue does not outlive its process.
   */
  readonly lost: number;
}

/** What works a job. What it throws brings the job again after a delay; it must not lose it. */
export type JobHandler<T> = (data: T, options: JobOptions) => Promise<JobEnd>;

/** How many jobs at a time, and who hears what handlers throw, but for `aborted` after `stop`. */
export interface WorkOptions {
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}

/** Workers on a queue. */
export interface QueueWorkers {
  /** Takes no further jobs, signals the running ones, and waits for them. */
  stop(): Promise<void>;
}

/**
 * Carries jobs, at least once each. A queue may be lost at any time: it holds nothing that cannot be
 * found again in the ledger.
 */
export interface JobQueue<T> {
  add(job: NewJob<T>): Promise<void>;
  /** Whether a job of this id is waiting, delayed or active. */
  has(id: string): Promise<boolean>;
  /** Jobs waiting, delayed or active. */
  size(): Promise<number>;
  /**
   * Whether fewer than `max` jobs are waiting or active. Delayed jobs take no room until there are a hundred times as
   * many: one origin that asks for patience must not stop the others.
   */
  hasCapacity(max: number): Promise<boolean>;
  /**
   * Resolves once there is room: where whoever adds waits for whoever works. All that wait go on together, so each of
   * several may add one too many. Throws `aborted` when the signal says so first.
   */
  room(max: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Works up to `concurrency` jobs at a time. */
  work(handler: JobHandler<T>, options: WorkOptions): QueueWorkers;
  /** Stops all workers, and lets go of what the queue holds here. An `add` after it throws `aborted`. */
  close(): Promise<void>;
}

/** Brings jobs by the clock, to a queue whose workers may be many. */
export interface Schedule<T> {
  /**
   * Brings a job now and then on each interval, once in all for however many say so. Saying it again with the same
   * interval leaves the clock alone; another interval begins anew. It may be forgotten as a queue may be lost: say it
   * again on a timer. A job that takes longer than the interval meets the next one, which waits in the queue, delayed,
   * from the start.
   *
   * @param id - of the schedule, not of its jobs
   * @param options.ifNone - leave alone one that is there with another interval: of several who say so on their timers,
   *   and were told differently, the one that began last is heard
   */
  every(id: string, everyMs: number, data: T, options?: { readonly ifNone: boolean }): Promise<void>;
  /** Ends a schedule; none is no error. */
  never(id: string): Promise<void>;
}
