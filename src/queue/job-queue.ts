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
 * found again in the ledger (design rule 1).
 */
export interface JobQueue<T> {
  add(job: NewJob<T>): Promise<void>;
  /** Jobs waiting, delayed or active. */
  size(): Promise<number>;
  /** Works up to `concurrency` jobs at a time. */
  work(handler: JobHandler<T>, options: { readonly concurrency: number; readonly onError: (error: unknown) => void }): QueueWorkers;
  close(): Promise<void>;
}
