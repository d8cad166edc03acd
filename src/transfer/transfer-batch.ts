import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { chargeOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { AntPorts } from './ant-ports.ts';
import { copyFile } from './copy-file.ts';

/** How to follow and to end a batch. */
export interface TransferOptions {
  /** Aborted: finish the files in flight and take no more (a stop, or a deadline that comes near). */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight; such files have no outcome. */
  readonly signal: AbortSignal;
  /** Called once for each file that has an outcome, as it has it. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Copies the files of a batch, as many at a time as the process has slots for.
 *
 * The same function runs in a thread, in a process and in a Lambda. A failure that
 * concerns every file (rights, bucket, disk) ends the batch: the files not begun have no outcome.
 */
export async function transferBatch(
  message: BatchMessage,
  ports: AntPorts,
  { drain, signal, onOutcome }: TransferOptions,
): Promise<BatchEnd> {
  const halt = new AbortController();
  const noMore = AbortSignal.any([drain, signal, halt.signal]);
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
      release = await ports.slots.take(1, { signal: noMore });
    } catch {
      break;
    }
    const copy = run(task, release);
    running.add(copy);
    void copy.finally(() => running.delete(copy));
  }
  await Promise.all(running);
  return noMore.aborted ? 'stopped' : 'finished';
}
