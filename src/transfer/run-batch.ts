import type { BatchJob, BatchMessage, ExistingPolicy, FileTask } from '../domain/batch.ts';
import { bands, jobIdOf, leaseOf } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { Evidence, Outcome } from '../domain/outcome.ts';
import { isSilence, settle } from '../domain/settle.ts';
import type { Settlement } from '../domain/settle.ts';
import type { VideoId } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { answers } from '../storage/answers.ts';
import type { Locator } from '../storage/locator.ts';
import type { Source } from '../storage/source.ts';
import { explainConflicts } from './explain-conflicts.ts';
import { settledFailures } from './settled-failures.ts';
import type { SettledFailures } from './settled-failures.ts';
import { untoldFailures } from './untold-failures.ts';

/** What a dispatcher of batches needs. */
export interface DispatcherPorts {
  readonly source: Source;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly executor: Executor;
  readonly batches: JobQueue<BatchJob>;
  readonly locator: Locator;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long a lease outlives whoever took it. */
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a batch is followed. */
export interface DispatcherHooks {
  /** Aborted: finish what is in flight. */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight. */
  readonly signal: AbortSignal;
  /** Each outcome that a worker told, or that was concluded from its silence, once it is in the journal. */
  readonly onOutcome: (video: VideoId, outcome: Outcome) => void;
  /** What becomes of the files of a batch that failed. */
  readonly onFailures: (video: VideoId, failures: SettledFailures) => void;
}

/** What the rest of the engine must know of a batch. */
export interface BatchResult {
  readonly halt?: Failure;
  readonly recrawl: boolean;
}

/**
 * Takes one batch through: looks up what its earlier deliveries left as evidence, has the rest copied, keeps
 * each outcome, counts, and sends the remainder out again. Order: evidence, record, add the remainder, let go.
 */
export async function runBatch(job: BatchJob, ports: DispatcherPorts, hooks: DispatcherHooks): Promise<BatchResult> {
  const { ledger, journal } = ports;
  const idle: BatchResult = { recrawl: false };
  const record = await ledger.read(job.video);
  const isCurrent = record?.generation === job.generation && record.revision === job.revision;
  if (!isCurrent || record.hold) {
    await ledger.release(job.video, job.id);
    return idle;
  }
  await ledger.lease(job.video, leaseOf(job, ports.leaseMs));

  const { outcomes, message } = await prepare(job, ports);
  const keep = async (told: readonly Outcome[]): Promise<void> => {
    await journal.recordOutcomes(told.map((outcome) => ({ video: job.video, outcome })));
    outcomes.push(...told);
    for (const outcome of told) hooks.onOutcome(job.video, outcome);
  };
  const end =
    message.files.length === 0
      ? 'finished'
      : await ports.executor.run(message, {
          drain: hooks.drain,
          signal: hooks.signal,
          onOutcomes: async (told) => keep(await explainConflicts(told, journal)),
        });

  const isDown = end === 'finished' && (await isOriginDown(outcomes, ports.source, hooks.signal));
  const settlement = settle(job, outcomes, isDown ? 'origin-down' : end, ports.random);
  const untold = untoldFailures(outcomes, settlement, message, ports.now);
  if (untold.length > 0) await keep(untold);
  await ledger.apply(job.video, {
    type: 'record',
    generation: job.generation,
    revision: job.revision,
    done: settlement.done,
    failed: settlement.failed.map(({ index }) => index),
  });
  hooks.onFailures(job.video, settledFailures(outcomes, settlement));
  if (!hooks.drain.aborted && !settlement.halt) await resend(job, settlement, ports, hooks.signal);
  await ledger.release(job.video, job.id);
  return { recrawl: settlement.recrawl, ...(settlement.halt ? { halt: settlement.halt } : {}) };
}

/** The message for the executor, and outcomes of files that this generation has evidence for already. */
async function prepare(
  job: BatchJob,
  { journal, locator, existing, sha256 }: DispatcherPorts,
): Promise<{ readonly outcomes: Outcome[]; readonly message: BatchMessage }> {
  const planned = await journal.files(job.video, job.revision, job.files);
  const evidence = await journal.evidence(planned.map(({ file }) => file.key));
  const outcomes: Outcome[] = [];
  const files: FileTask[] = [];
  for (const { index, file } of planned) {
    const prior = evidence.get(file.key);
    if (prior?.generation === job.generation && prior.url === file.url) {
      outcomes.push({ index, kind: 'unchanged', evidence: prior });
      continue;
    }
    files.push({
      ...file,
      ...headersOf(file.key, file.role),
      index,
      fetchUrl: locator.locate(job.video, job.revision, index, file.url),
      tries: job.tries[index] ?? 0,
      ...(prior && isOurs(prior) ? { prior } : {}),
    });
  }
  const { id, video, generation } = job;
  const alone = job.alone === true ? { alone: true } : {};
  return { outcomes, message: { format: 1, id, video, generation, files, existing, sha256, ...alone } };
}

/** Files that got no answer are not to blame when their origin answers nobody. */
async function isOriginDown(outcomes: readonly Outcome[], source: Source, signal: AbortSignal): Promise<boolean> {
  const silent = outcomes.find((outcome) => outcome.kind === 'failed' && isSilence(outcome.failure.failure));
  return silent?.kind === 'failed' && !(await answers(source, silent.failure.url, signal));
}

/** Evidence that says what the bytes are; what only was found there, or was not there, does not. */
function isOurs({ proof }: Evidence): boolean {
  return proof !== 'absent-optional' && proof !== 'present';
}

async function resend(
  job: BatchJob,
  settlement: Settlement,
  ports: DispatcherPorts,
  signal: AbortSignal,
): Promise<void> {
  if (settlement.resend.some(({ renew }) => renew)) {
    // Where the playlists cannot be read either, the files keep their old URLs: a refusal costs a try each time.
    await ports.locator.renew(job.video, job.revision, { signal }).catch(() => undefined);
  }
  for (const [number, { files, tries, waits, delayMs, alone = false }] of settlement.resend.entries()) {
    const remainder: BatchJob = { ...job, id: `${job.id}.${number}`, files, tries, waits, alone };
    await ports.ledger.lease(job.video, leaseOf(remainder, ports.leaseMs + delayMs));
    await ports.batches.add({
      id: jobIdOf(job.video, job.generation, remainder.id),
      data: remainder,
      priority: job.fresh ? bands.freshRetry : bands.backlogRetry,
      delayMs,
    });
  }
}
