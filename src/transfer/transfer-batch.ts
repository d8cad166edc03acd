import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { chargeOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import { withOwnBucket } from '../storage/own-bucket.ts';
import type { AntPorts } from './ant-ports.ts';
import { copyFile } from './copy-file.ts';
import type { LeaveSlot } from './slots.ts';

/** Callback and stop signals of a batch. */
export interface TransferOptions {
  /** Once aborted, files in flight are finished and no more are started: a stop, or a deadline that is near. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped and have no outcome. */
  readonly signal: AbortSignal;
  /** Called with the index of each file that is begun. */
  readonly onBegin?: (index: number) => void;
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
  given: AntPorts,
  { drain, signal, onBegin, onOutcome }: TransferOptions,
): Promise<BatchEnd> {
  const ports = { ...given, source: withOwnBucket(given.source, message.ownBucket), bytes: given.bytes.line() };
  const halt = new AbortController();
  const stopped = AbortSignal.any([drain, signal, halt.signal]);
  const running = new Set<Promise<void>>();

  const run = async (task: BatchMessage['files'][number], leave: LeaveSlot): Promise<void> => {
    const outcome = await copyFile(task, message, ports, signal);
    leave(bearingOf(outcome));
    if (outcome.kind === 'failed') {
      if (outcome.failure.failure.code === 'aborted') return;
      if (chargeOf(outcome.failure.failure) === 'halt') halt.abort();
    }
    onOutcome(outcome);
  };

  const line = given.slots.line({ urgent: message.fresh === true });
  for (const task of message.files) {
    let leave;
    try {
      leave = await line.take({ signal: stopped });
    } catch {
      break;
    }
    onBegin?.(task.index);
    const copy = run(task, leave);
    running.add(copy);
    void copy.finally(() => running.delete(copy));
  }
  await Promise.all(running);
  return stopped.aborted ? 'stopped' : 'finished';
}

/** What an outcome says about how many files are worth copying at a time. Nothing, if the file was not asked for. */
function bearingOf(outcome: Outcome): Parameters<LeaveSlot>[0] {
  if (outcome.kind !== 'failed') {
    return { bytes: outcome.kind === 'copied' ? outcome.evidence.sizeBytes : 0, throttled: false };
  }
  const { code, status } = outcome.failure.failure;
  if (code === 'source.silent') return undefined;
  return { bytes: 0, throttled: code === 'source.throttled' || code === 'store.throttled' || status === 503 };
}
