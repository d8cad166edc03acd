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

/** What works a job. What it throws brings the job again after a delay; it must not lose it. */
export type JobHandler<T> = (data: T, options: { readonly signal: AbortSignal }) => Promise<JobEnd>;

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
  /** Jobs waiting, delayed or active. */
  size(): Promise<number>;
  /**
   * Resolves once fewer than `max` jobs are waiting or active: where whoever adds waits for whoever works. Delayed
   * jobs hold nobody up until there are a hundred times as many: one origin that asks for patience must not stop
   * the others. All that wait go on together, so each of several may add one too many. Throws `aborted` when the
   * signal says so first.
   */
  room(max: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Works up to `concurrency` jobs at a time. `onError` hears what handlers throw, but for `aborted` after `stop`. */
  work(
    handler: JobHandler<T>,
    options: { readonly concurrency: number; readonly onError: (error: unknown) => void },
  ): QueueWorkers;
  /** Stops all workers, and lets go of what the queue holds here. An `add` after it throws `aborted`. */
  close(): Promise<void>;
}
