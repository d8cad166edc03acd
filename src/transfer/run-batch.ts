import type { BatchEnd, BatchJob, BatchMessage, ExistingPolicy } from '../domain/batch.ts';
import { bandOfRetry, jobIdOf, leaseOf } from '../domain/batch.ts';
import { chargeOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import { countOf } from '../domain/index-ranges.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Settlement } from '../domain/settle.ts';
import { stalledLeaseId, withStall } from '../domain/waiting/patience.ts';
import type { Patience, PatienceLeft } from '../domain/waiting/patience.ts';
import type { VideoId } from '../domain/video.ts';
import type { Executor, RunOptions } from '../executor/executor.ts';
import type { Journal } from '../journal/journal.ts';
import { underLease } from '../ledger/keep-lease.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { Locator, PlanUrls } from '../storage/locator.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import { batchEndOf } from './batch-end.ts';
import { explainConflicts } from './explain-conflicts.ts';
import { createOutcomeRecorder } from './record-outcomes.ts';
import { loadUrls } from './load-urls.ts';
import { prepareBatch } from './prepare-batch.ts';
import type { PreparedBatch } from './prepare-batch.ts';
import { settlePatiently } from './settle-patiently.ts';
import { settledFailures } from './settled-failures.ts';
import type { SettledFailures } from './settled-failures.ts';
import { commonFailures, missingOutcomes } from './missing-outcomes.ts';

/** Ports of the dispatcher. */
export interface DispatcherPorts {
  readonly source: Source;
  readonly store: ObjectStore;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly executor: Executor;
  readonly batches: JobQueue<BatchJob>;
  readonly locator: Locator;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  readonly patience: Patience;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long a lease outlives the process that took it. */
  readonly leaseMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Callbacks and stop signals of a batch. */
export interface DispatcherHooks {
  /** Once aborted, files in flight are finished and no more are started. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
  /** How many earlier processes died while they ran this job, or were taken for dead. */
  readonly lost: number;
  /**
   * Called with each outcome once it is in the journal, also with those inferred for files that a worker did not
   * report.
   */
  readonly onOutcome: (video: VideoId, outcome: Outcome) => void;
  /** Called with outcomes of this generation that the journal had before. */
  readonly onKnown: (outcomes: readonly Outcome[]) => void;
  /** Called with the failures of a batch: what failed for good, and what is retried. */
  readonly onFailures: (video: VideoId, failures: SettledFailures) => void;
}

/** Process deaths after which a batch is not run again unchanged. */
const maxLost = 2;

/** The result of a batch for the rest of the engine. */
export interface BatchResult {
  readonly halt?: Failure;
  readonly recrawl: boolean;
  /** Why the playlists could not be read, if that is why the video is crawled again. */
  readonly unread?: Failure;
  /** How the batch ended. Absent when it was dropped. */
  readonly ran?: {
    readonly end: BatchEnd;
    readonly done: number;
    readonly failed: number;
    /** Files that were queued again. */
    readonly again: number;
  };
}

/**
 * Runs one batch. Skips files that an earlier delivery has copied, hands the rest to the executor, writes each outcome
 * to the journal, counts it in the ledger, and queues the remainder again. The order makes a crash harmless: first the
 * evidence, then in one step the bits in the ledger and the leases of the remainder in place of its own, then the jobs of
 * the remainder.
 *
 * | situation before the run                             | action                                             |
 * |------------------------------------------------------|----------------------------------------------------|
 * | its video has another plan or generation, or is held | dropped                                            |
 * | two or more processes died while they ran it         | not run: settled as `worker-lost`, so it is halved |
 * | the source has another plan, or none                 | dropped, and the video is crawled                  |
 * | its playlists cannot be read now                     | not run: all its files wait                        |
 * | none of these                                        | run, with URLs that are not known to have expired  |
 */
export async function runBatch(job: BatchJob, ports: DispatcherPorts, hooks: DispatcherHooks): Promise<BatchResult> {
  const { video, revision } = job;
  const work = (): Promise<BatchResult> => runLeased(job, ports, hooks);
  const ran = await underLease(video, leaseOf(job, ports.leaseMs), ports.ledger, work, revision);
  return ran?.value ?? { recrawl: false };
}

async function runLeased(job: BatchJob, ports: DispatcherPorts, hooks: DispatcherHooks): Promise<BatchResult> {
  const { ledger, now } = ports;
  const prepare = async (urls: typeof asPlanned): Promise<PreparedBatch> => {
    const prepared = await prepareBatch(job, ports, urls, hooks.lost > 0);
    hooks.onKnown(prepared.known);
    return prepared;
  };
  if (hooks.lost >= maxLost) {
    const { known, message } = await prepare(asPlanned);
    return conclude(job, { message, recorded: known, unrecorded: [], end: 'worker-lost' }, ports, hooks);
  }
  const loaded = await loadUrls(job, ports, hooks.signal);
  if (loaded.result === 'replanned') {
    await ledger.release(job.video, job.id);
    return { recrawl: true, ...(loaded.unread ? { unread: loaded.unread } : {}) };
  }
  if (loaded.result === 'unreadable') {
    const { known, message } = await prepare(asPlanned);
    const unrecorded = commonFailures(message, loaded.failure, now);
    return conclude(job, { message, recorded: known, unrecorded, end: 'origin-down' }, ports, hooks);
  }
  // A URL that is refused from now on was read at this time or earlier. Where clocks differ, the reader's time counts.
  const urlsSpentAt = Math.max(now(), loaded.urls.readAt);
  const prepared = await prepare(loaded.urls);
  const copied = await copyPrepared(prepared, ports, hooks);
  const { message, recorded: outcomes } = copied;
  const finished = { message, revision: job.revision, outcomes, locate: loaded.urls.locate };
  const end = copied.end === 'finished' ? await batchEndOf(finished, ports, hooks.signal) : copied.end;
  return conclude(job, { ...copied, end, urlsSpentAt }, ports, hooks);
}

/** Leaves URLs as planned, for batches that are not fetched. */
const asPlanned: Pick<PlanUrls, 'locate' | 'cookieFor'> = { locate: (_, url) => url, cookieFor: () => undefined };

/** The result of a run, before it is counted. */
interface Ended {
  readonly message: BatchMessage;
  /** Outcomes that are in the journal. */
  readonly recorded: readonly Outcome[];
  /**
   * Outcomes that say nothing about their files, because the whole run halts or waits. Recording them would only fill
   * the journal.
   */
  readonly unrecorded: readonly Outcome[];
  readonly end: BatchEnd;
  /** As `BatchJob.urlsSpentAt`, for the URLs of this run. */
  readonly urlsSpentAt?: number;
}

/** Copies the files through the executor, and records outcomes in the journal as they arrive. */
async function copyPrepared(
  { known, message }: PreparedBatch,
  ports: DispatcherPorts,
  { onOutcome, drain, signal }: DispatcherHooks,
): Promise<Ended> {
  const { journal, executor } = ports;
  const { video } = message;
  if (message.files.length === 0) return { message, recorded: known, unrecorded: [], end: 'finished' };
  const recorded = [...known];
  const unrecorded: Outcome[] = [];
  const onRecorded = (outcomes: readonly Outcome[]): void => {
    recorded.push(...outcomes);
    for (const outcome of outcomes) onOutcome(video, outcome);
  };
  const recorder = createOutcomeRecorder(video, journal, { onRecorded, flush: drain });
  const onOutcomes: RunOptions['onOutcomes'] = async (outcomes, { isRecorded } = { isRecorded: false }) => {
    unrecorded.push(...outcomes.filter(isHalting));
    if (isRecorded) onRecorded(outcomes.filter(({ kind }) => kind !== 'failed'));
    const reportable = outcomes.filter((outcome) => !isHalting(outcome) && !(isRecorded && outcome.kind !== 'failed'));
    if (reportable.length > 0) await recorder.record(await explainConflicts(video, reportable, journal));
  };
  let end: BatchEnd;
  try {
    end = await executor.run(message, { drain, signal, onOutcomes });
  } finally {
    // Also where no worker can go on: the batch comes again before the journal would write by itself.
    await recorder.finish();
  }
  return { message, recorded, unrecorded, end };
}

function isHalting(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && chargeOf(outcome.failure.failure) === 'halt';
}

/** Settles each file, counts the outcomes in the ledger, and queues the remainder. */
async function conclude(
  job: BatchJob,
  { message, recorded, unrecorded, end, urlsSpentAt }: Ended,
  ports: DispatcherPorts,
  hooks: DispatcherHooks,
): Promise<BatchResult> {
  const { ledger, journal } = ports;
  const outcomes = [...recorded, ...unrecorded];
  const { settlement, left } = await settlePatiently({ job, message, outcomes, end }, ports);
  const missing = missingOutcomes(recorded, settlement, message, ports.now);
  if (missing.length > 0) await journal.recordOutcomes(job.video, missing);
  for (const outcome of missing) hooks.onOutcome(job.video, outcome);
  const remainders = settlement.halt ? [] : remaindersOf(job, settlement, { urlsSpentAt, left, now: ports.now() });
  const { isPassed } = await ledger.endBatch(job.video, {
    leaseId: job.id,
    outcomes: {
      type: 'record',
      generation: job.generation,
      revision: job.revision,
      done: settlement.done,
      failed: settlement.failed.map(({ index }) => index),
    },
    successors: remainders.map(({ job: successor, delayMs }) => leaseOf(successor, ports.leaseMs + delayMs)),
  });
  hooks.onFailures(job.video, settledFailures([...recorded, ...unrecorded, ...missing], settlement));
  if (isPassed) await sendAll(remainders, ports.batches);
  const { done, failed, resend, recrawl, halt } = settlement;
  const again = resend.reduce((sum, { files }) => sum + countOf(files), 0);
  return { recrawl, ran: { end, done: done.length, failed: failed.length, again }, ...(halt ? { halt } : {}) };
}

/** Files of a batch that go out again. */
interface RemainderJob {
  readonly job: BatchJob;
  readonly delayMs: number;
}

interface Resending {
  readonly urlsSpentAt: number | undefined;
  readonly left: PatienceLeft | undefined;
  readonly now: number;
}

function remaindersOf(
  job: BatchJob,
  { resend }: Settlement,
  { urlsSpentAt, left, now }: Resending,
): readonly RemainderJob[] {
  const spent = urlsSpentAt !== undefined && resend.some(({ renew }) => renew) ? { urlsSpentAt } : {};
  return resend.map(({ files, tries, waits, delayMs, alone = false, stalled = false }, number) => {
    const id = `${job.id}.${number}`;
    const own = { ...spent, id: stalled ? stalledLeaseId(id) : id, files, tries, waits, alone };
    return { job: { ...withStall(job, stalled ? left : undefined, now), ...own }, delayMs };
  });
}

async function sendAll(remainders: readonly RemainderJob[], batches: JobQueue<BatchJob>): Promise<void> {
  for (const { job, delayMs } of remainders) {
    await batches.add({
      id: jobIdOf(job.video, job.generation, job.id),
      data: job,
      priority: bandOfRetry(job),
      delayMs,
    });
  }
}
