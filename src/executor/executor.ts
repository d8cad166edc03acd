import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';

/** Callback and stop signals for one batch. */
export interface RunOptions {
  /**
   * Called with outcomes as they arrive, a few at a time, each exactly once. Awaited before the run ends.
   *
   * @param options.isRecorded - whether the worker has written their evidence to the journal, all but that of failures
   */
  readonly onOutcomes: (outcomes: readonly Outcome[], options?: { readonly isRecorded: boolean }) => Promise<void>;
  /** Once aborted, files in flight are finished and no more are started. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
}

/**
 * Runs batches on workers, which copy the bytes.
 *
 * `run` never throws for what a worker does; it throws a failure of charge `halt` for what keeps all workers from running.
 * If a worker dies, the batch ends as `worker-lost`, and the outcomes that
 * it had reported count.
 */
export interface Executor {
  run(message: BatchMessage, options: RunOptions): Promise<BatchEnd>;
  /** How many batches are worth running at a time. */
  readonly concurrency: number;
  /** In how many batches at the most a video with few files is worth dividing, so that all workers share it. */
  readonly lanes: number;
  close(): Promise<void>;
}
