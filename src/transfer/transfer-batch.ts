import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { chargeOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { AntPorts } from './ant-ports.ts';
import { copyFile } from './copy-file.ts';

/** Callback and stop signals of a batch. */
export interface TransferOptions {
  /** Once aborted, files in flight are finished and no more are started: a stop, or a deadline that is near. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped and have no outcome. */
  readonly signal: AbortSignal;
  /** Called once with each outcome, as it arrives. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Copies the files of a batch, as many at a time as the process has slots for.
 *
 * The same function runs in threads, processes and Lambda functions. A failure that concerns every file (rights,
 * bucket, disk) ends the batch, and files that were not started have no outcome.
 */
export async function transferBatch(
  message: BatchMessage,
  ports: AntPorts,
  { drain, signal, onOutcome }: TransferOptions,
): Promise<BatchEnd> {
  const halt = new AbortController();
  const stopped = AbortSignal.any([drain, signal, halt.signal]);
  const running = new Set<Promise<void>>();

  const run = async (task: BatchMessage['files'][number], release: () => void): Promise<void> => {
    try {
      const outcome = await copyFile(task, message, ports, signal);
      if (outcome.kind === 'failed') {
        if (outcome.failure.failure.code === 'aborted') return;
        if (chargeOf(outcome.failure.failure) === 'halt') halt.abort();
      }
      onOutcome(outcome);
    } finally {
      release();
    }
  };

  for (const task of message.files) {
    let release;
    try {
      release = await ports.slots.take(1, { signal: stopped });
    } catch {
      break;
    }
    const copy = run(task, release);
    running.add(copy);
    void copy.finally(() => running.delete(copy));
  }
  await Promise.all(running);
  return stopped.aborted ? 'stopped' : 'finished';
}
