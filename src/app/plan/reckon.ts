import { mostConcurrency } from '../../config/values/concurrency.ts';
import type { PlanOptions } from '../../config/plan-options.ts';
import { finishedRuns } from '../../control/runs.ts';
import type { PlanReport } from '../../domain/report/plan.ts';
import { costOfTransfer } from '../../domain/cost/bill.ts';
import { timeOfFunctions, timeOfMachine } from '../../domain/cost/duration.ts';
import type { MeasuredRuns, TimedLoad } from '../../domain/cost/duration.ts';
import type { Journal } from '../../journal/journal.ts';
import type { PreviousState } from '../embedded/look-at-video.ts';
import { readFunctionCost } from '../functions/meter.ts';
import { functionSetup } from '../functions/archive.ts';
import type { SizeAnswers } from './ask-sizes.ts';

/** What is reckoned with. */
interface Known {
  readonly options: PlanOptions;
  readonly previous: PreviousState | undefined;
  readonly answers: Pick<SizeAnswers, 'latencyMs'>;
}

/** For a source that takes half a second for a file: nothing was measured yet. */
const assumedSecondsPerBatch = 2;
/** Invocations that tell something. */
const leastInvocations = 10;

/** Reckons dollars and hours of what a plan has found. */
export async function reckon(
  { sizeBytes, documents, batches, files, requests }: PlanReport,
  { prices, egressPrice, functions }: NonNullable<PlanOptions['cost']>,
  { options, previous, answers }: Known,
): Promise<Pick<PlanReport, 'cost' | 'hours'>> {
  const puts = { value: requests.put.value - documents.value, error: requests.put.error };
  const { memoryMb } = functionSetup;
  const batch = await batchTime(previous?.journal, memoryMb);
  const isS3 = options.destination?.kind !== 'folder';
  const cost = costOfTransfer(
    { sizeBytes, puts, documents, batches },
    {
      prices,
      ...(egressPrice === undefined ? {} : { egressPrice }),
      isPaidByPut: isS3,
      functions: { secondsPerBatch: batch.seconds, memoryMb, architecture: 'arm64' },
    },
  );
  const load: TimedLoad = {
    objects: files.objects.value,
    sizeBytes: sizeBytes.value,
    puts: requests.put.value,
    batches: batches.value,
  };
  const { bytesPerSecond, maxConnections } = options;
  const limit = bytesPerSecond === undefined ? {} : { bytesPerSecond };
  const runs = await measuredRuns(previous?.journal);
  const { latencyMs } = answers;
  return {
    cost,
    hours: {
      machine: timeOfMachine(load, {
        cores: options.threads,
        connections: options.concurrency ?? mostConcurrency,
        ...(runs === undefined ? {} : { runs }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
        ...limit,
        isS3,
      }),
      ...(isS3
        ? {
            lambda: timeOfFunctions(load, {
              functions,
              secondsPerBatch: batch.seconds,
              because: batch.because,
              ...(maxConnections === undefined ? {} : { maxConnections }),
              ...limit,
            }),
          }
        : {}),
    },
  };
}

/** What invocations of this state took, or what is assumed. */
async function batchTime(
  journal: Journal | undefined,
  memoryMb: number,
): Promise<{ readonly seconds: number; readonly because: string }> {
  const use = journal && (await readFunctionCost(journal));
  if (!use || use.invocations < leastInvocations) {
    return {
      seconds: assumedSecondsPerBatch,
      because: `${assumedSecondsPerBatch} s a batch of 100 files, which is assumed: no function has copied for this state yet`,
    };
  }
  const seconds = use.gbSeconds / use.invocations / (memoryMb / 1024);
  return {
    seconds,
    because: `${seconds.toFixed(2)} s a batch, as ${use.invocations} invocations of earlier runs took`,
  };
}

/** What threads of this machine have copied in the runs of a state. */
async function measuredRuns(journal: Journal | undefined): Promise<MeasuredRuns | undefined> {
  const runs = (journal ? await finishedRuns(journal) : []).map(({ run }) => run);
  const own = runs.filter(({ functions, copied }) => functions === undefined && copied > 0);
  if (own.length === 0) return undefined;
  const sum = (of: (run: (typeof own)[number]) => number): number => own.reduce((total, run) => total + of(run), 0);
  return {
    files: sum(({ copied }) => copied),
    sizeBytes: sum(({ copiedBytes }) => copiedBytes),
    durationMs: sum(({ durationMs }) => durationMs),
  };
}
