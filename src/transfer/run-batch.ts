import type { BatchEnd, BatchJob, BatchMessage, ExistingPolicy, FileTask } from '../domain/batch.ts';
import { bands, jobIdOf, leaseOf } from '../domain/batch.ts';
import { failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { countOf } from '../domain/index-ranges.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import { settle, silentSide } from '../domain/settle.ts';
import type { Settlement } from '../domain/settle.ts';
import type { VideoId } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import type { Journal } from '../journal/journal.ts';
import { underLease } from '../ledger/keep-lease.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { answers, takesRequests } from '../storage/answers.ts';
import type { Locator } from '../storage/locator.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import { explainConflicts } from './explain-conflicts.ts';
import { createOutcomeKeeper } from './keep-outcomes.ts';
import { settledFailures } from './settled-failures.ts';
import type { SettledFailures } from './settled-failures.ts';
import { untoldFailures } from './untold-failures.ts';

/** What a dispatcher of batches needs. */
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
  /** How it ended; absent when it was not run. */
  readonly ran?: {
    readonly end: BatchEnd;
    readonly done: number;
    readonly failed: number;
    /** Files that go out again. */
    readonly again: number;
  };
}

/**
 * Takes one batch through: looks up what its earlier deliveries left as evidence, has the rest copied, keeps
 * each outcome, counts, and sends the remainder out again. Order: evidence, record, add the remainder, let go.
 */
export async function runBatch(job: BatchJob, ports: DispatcherPorts, hooks: DispatcherHooks): Promise<BatchResult> {
  const { ledger } = ports;
  const idle: BatchResult = { recrawl: false };
  const record = await ledger.read(job.video);
  const isCurrent = record?.generation === job.generation && record.revision === job.revision;
  if (!isCurrent || record.hold) {
    await ledger.release(job.video, job.id);
    return idle;
  }
  const ran = await underLease(job.video, leaseOf(job, ports.leaseMs), ledger, () => runLeased(job, ports, hooks));
  return ran?.value ?? idle;
}

async function runLeased(job: BatchJob, ports: DispatcherPorts, hooks: DispatcherHooks): Promise<BatchResult> {
  const { ledger, journal, locator } = ports;
  if (!(await hasLocations(job, locator, hooks.signal))) {
    await ledger.release(job.video, job.id);
    return { recrawl: true };
  }
  const { outcomes, message } = await prepare(job, ports);
  const onKept = (kept: readonly Outcome[]): void => {
    outcomes.push(...kept);
    for (const outcome of kept) hooks.onOutcome(job.video, outcome);
  };
  const keeper = createOutcomeKeeper(job.video, journal, { onKept, hurry: hooks.drain });
  const ended =
    message.files.length === 0
      ? 'finished'
      : await ports.executor.run(message, {
          drain: hooks.drain,
          signal: hooks.signal,
          onOutcomes: async (told) => keeper.keep(await explainConflicts(job.video, told, journal)),
        });
  await keeper.finish();

  const end = ended === 'finished' ? await endOf(outcomes, ports, hooks.signal) : ended;
  const settlement = settle(job, outcomes, end, ports.random);
  const untold = untoldFailures(outcomes, settlement, message, ports.now);
  await keeper.keep(untold);
  await keeper.finish();
  await ledger.apply(job.video, {
    type: 'record',
    generation: job.generation,
    revision: job.revision,
    done: settlement.done,
    failed: settlement.failed.map(({ index }) => index),
  });
  hooks.onFailures(job.video, settledFailures(outcomes, settlement));
  if (settlement.halt) await ledger.release(job.video, job.id);
  else await passOn(job, settlement, ports, hooks.signal);
  const { done, failed, resend, recrawl, halt } = settlement;
  const again = resend.reduce((sum, { files }) => sum + countOf(files), 0);
  return { recrawl, ran: { end, done: done.length, failed: failed.length, again }, ...(halt ? { halt } : {}) };
}

/** Whether URLs are at hand for the plan that the batch is of. Playlists that cannot be read leave it its plain ones. */
async function hasLocations({ video, revision }: BatchJob, locator: Locator, signal: AbortSignal): Promise<boolean> {
  try {
    return await locator.load(video, revision, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (failureOf(error).code === 'state.unusable') throw error;
    return true;
  }
}

/** The message for the executor, and outcomes of files that this generation has evidence for already. */
async function prepare(
  job: BatchJob,
  { journal, locator, existing, sha256 }: DispatcherPorts,
): Promise<{ readonly outcomes: Outcome[]; readonly message: BatchMessage }> {
  const planned = await journal.files(job.video, job.revision, job.files);
  const evidence = await journal.evidence(
    job.video,
    planned.map(({ file }) => file.key),
  );
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

/** Files that got no answer are not to blame when their origin, or the destination, answers nobody. */
async function endOf(
  outcomes: readonly Outcome[],
  { source, store }: Pick<DispatcherPorts, 'source' | 'store'>,
  signal: AbortSignal,
): Promise<BatchEnd> {
  const silentAt = (side: 'source' | 'store'): FileFailure | undefined =>
    outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' && silentSide(outcome.failure.failure) === side ? [outcome.failure] : [],
    )[0];
  const unheard = silentAt('source');
  if (unheard && !(await answers(source, unheard.url, signal))) return 'origin-down';
  return silentAt('store') && !(await takesRequests(store, signal)) ? 'store-down' : 'finished';
}

/** Evidence that says what the bytes are; what only was found there, or was not there, does not. */
function isOurs({ proof }: Evidence): boolean {
  return proof !== 'absent-optional' && proof !== 'present';
}

/** Ends the batch's lease; what is left of it goes out again under leases of its own. */
async function passOn(
  job: BatchJob,
  settlement: Settlement,
  ports: DispatcherPorts,
  signal: AbortSignal,
): Promise<void> {
  if (settlement.resend.some(({ renew }) => renew)) {
    // Where the playlists cannot be read either, the files keep their old URLs: a refusal costs a try each time.
    await ports.locator.renew(job.video, job.revision, { signal }).catch(() => undefined);
  }
  const remainders = settlement.resend.map(({ files, tries, waits, delayMs, alone = false }, number) => ({
    job: { ...job, id: `${job.id}.${number}`, files, tries, waits, alone } satisfies BatchJob,
    delayMs,
  }));
  const heirs = remainders.map(({ job: heir, delayMs }) => leaseOf(heir, ports.leaseMs + delayMs));
  if (!(await ports.ledger.pass(job.video, job.id, heirs))) return;
  for (const { job: heir, delayMs } of remainders) {
    await ports.batches.add({
      id: jobIdOf(heir.video, heir.generation, heir.id),
      data: heir,
      priority: heir.fresh ? bands.freshRetry : bands.backlogRetry,
      delayMs,
    });
  }
}
