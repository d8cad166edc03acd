import type { FunctionSettings } from '../app/functions/settings.ts';
import { failureOf, failureWith } from '../domain/failure.ts';
import type { FileTask } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';
import { second } from '../domain/units.ts';
import { fitAnswer, messageFormat } from '../executor/lambda/message.ts';
import type { BatchAnswer, BatchRequest } from '../executor/lambda/message.ts';
import { createOutcomeRecorder } from '../transfer/record-outcomes.ts';
import { transferBatch } from '../transfer/transfer-batch.ts';
import { deadlineIn, hadItsTime } from './deadline.ts';
import type { FunctionPorts } from './ports.ts';

/**
 * Copies a batch in the time that an invocation has left, and writes the evidence to the journal before it answers.
 * Files that are not reached in time have no outcome.
 *
 * @param remainingMs - until the service ends the function
 */
export async function runInvocation(
  { batch }: Pick<BatchRequest<FunctionSettings>, 'batch'>,
  ports: FunctionPorts,
  remainingMs: number,
): Promise<BatchAnswer> {
  const [drain, abort] = [new AbortController(), new AbortController()];
  const { drainMs, abortMs } = deadlineIn(remainingMs);
  const timers = [setTimeout(() => drain.abort(), drainMs), setTimeout(() => abort.abort(), abortMs)];
  const evidence = recordEvidence(batch.video, ports, drain.signal);
  const outcomes: Outcome[] = [];
  const begun = new Map<number, number>();
  try {
    const end = await transferBatch(batch, ports, {
      drain: drain.signal,
      signal: abort.signal,
      onBegin: (index) => begun.set(index, performance.now()),
      onOutcome: (outcome) => {
        outcomes.push(outcome);
        evidence.add(outcome);
      },
    });
    outcomes.push(...tooSlow(batch, { outcomes, begun, remainingMs }, ports));
    const recorded = await evidence.finish();
    const isFinished = end === 'finished' && outcomes.length === batch.files.length;
    return fitAnswer({
      format: messageFormat,
      type: 'batch',
      end: isFinished ? 'finished' : 'stopped',
      outcomes,
      ...recorded,
    });
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** Writes evidence to the journal where there is one. Its trouble stops no copying: then the answer is the evidence. */
function recordEvidence(video: string, { journal }: Pick<FunctionPorts, 'journal'>, flush: AbortSignal) {
  const recorder = journal && createOutcomeRecorder(video, journal, { onRecorded: () => {}, flush });
  return {
    add(outcome: Outcome): void {
      // What failed is recorded by the dispatcher, which knows more about it.
      if (outcome.kind !== 'failed') void recorder?.record([outcome]).catch(() => undefined);
    },
    async finish(): Promise<Pick<BatchAnswer, 'isRecorded' | 'trouble'>> {
      try {
        await recorder?.finish();
        return { isRecorded: recorder !== undefined };
      } catch (error) {
        const { message } = failureOf(error);
        return {
          isRecorded: false,
          trouble: `the function cannot write evidence, and leaves it to its answer: ${message}`,
        };
      }
    },
  };
}

/** Failures of files that were dropped at the deadline although they had their time. */
function tooSlow(
  { files, generation }: { readonly files: readonly FileTask[]; readonly generation: string },
  {
    outcomes,
    begun,
    remainingMs,
  }: {
    readonly outcomes: readonly Outcome[];
    readonly begun: ReadonlyMap<number, number>;
    readonly remainingMs: number;
  },
  { now, worker }: Pick<FunctionPorts, 'now' | 'worker'>,
): readonly Outcome[] {
  const ended = new Set(outcomes.map(({ index }) => index));
  const atMs = performance.now();
  return files.flatMap(({ index, key, url, tries }): Outcome[] => {
    const begunAtMs = begun.get(index);
    if (ended.has(index) || begunAtMs === undefined || !hadItsTime(atMs - begunAtMs, remainingMs)) return [];
    const message = `not copied in the ${Math.round((atMs - begunAtMs) / second)} s that its function had for it: raise the function's time-out`;
    const failure = failureWith('worker.lost', message);
    const at = new Date(now()).toISOString();
    return [{ index, kind: 'failed', failure: { key, url, failure, generation, tries: tries + 1, worker, at } }];
  });
}
