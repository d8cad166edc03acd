import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';

/** How to follow a batch. */
export interface RunOptions {
  /** Called as outcomes come in, some at a time, each once; what it returns is awaited before the run ends. */
  readonly onOutcomes: (outcomes: readonly Outcome[]) => Promise<void>;
  /** Aborted: finish the files in flight and take no more. */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight too. */
  readonly signal: AbortSignal;
}

/**
 * Carries batches somewhere to be copied: threads of this machine, or AWS Lambda.
 *
 * `run` never throws for what a worker does: one that dies makes `worker-lost`, and what it said before counts.
 */
export interface Executor {
  run(message: BatchMessage, options: RunOptions): Promise<BatchEnd>;
  /** How many batches may run at a time with profit. */
  readonly concurrency: number;
  close(): Promise<void>;
}
