import { planBatches } from '../../src/domain/batch.ts';
import type { BatchEnd, BatchJob } from '../../src/domain/batch.ts';
import { hasBit } from '../../src/domain/bits.ts';
import type { Change, Tally } from '../../src/domain/change.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { countOf, indicesOf, subtract, toRanges } from '../../src/domain/index-ranges.ts';
import type { IndexRanges } from '../../src/domain/index-ranges.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { settle } from '../../src/domain/settle.ts';
import { isWhole } from '../../src/domain/video.ts';
import type { VideoId } from '../../src/domain/video.ts';
import { copyFile } from './copy-file.ts';
import { retryLimits } from './engine-state.ts';
import type { Engine, QueuedJob, Task } from './engine-state.ts';
import { ownEvidence, planOf, unique } from './world.ts';

const leaseMs = 50;
const maxFiles = 3;

/** What makes a queued job run. */
export function taskOf(engine: Engine, job: QueuedJob): Task {
  if (job.work === 'crawl') return crawl(engine, job);
  return job.work === 'publish' ? publish(engine, job) : runBatch(engine, job.work);
}

/** Asks the domain what the video needs next and sets it going. */
export function* follow({ ledger, queue, world, halted }: Engine, video: VideoId): Task {
  const tally = ledger.tally(video);
  if (!tally || halted) return;
  const { generation, revision } = tally.record;
  const leases = ledger.leases(video);
  const open = openFiles(tally);
  const carried = leases.map(({ files }) => files);
  const step = nextStep(tally.record, {
    crawl: leases.some(({ kind }) => kind === 'crawl'),
    publish: leases.some(({ kind }) => kind === 'publish'),
    files: countOf(open) - countOf(carried.reduce<IndexRanges>(subtract, open)),
  });
  if (step === 'crawl' || step === 'publish') {
    const lease = unique(world, step);
    if (!ledger.lease(video, { id: lease, generation, kind: step, files: [], ttlMs: leaseMs })) return;
    yield;
    queue.set(lease, { id: lease, at: ledger.now, video, work: step, lease });
  } else if (step === 'dispatch' && revision !== undefined) {
    for (const files of planBatches(open, carried, { maxFiles })) {
      const id = unique(world, 'batch');
      yield* send(
        { ledger, queue },
        { format: 1, id, video, generation, revision, files, tries: {}, waits: 0, fresh: video === 'v0' },
        0,
      );
    }
  }
}

/** Brings the ledger to what the journal says, then follows. This is all that rebuilding is. */
export function* reconcile(engine: Engine, video: VideoId): Task {
  const { ledger, world } = engine;
  if (!ledger.tally(video)) ledger.apply(video, { type: 'open', generation: unique(world, 'g') });
  yield;
  const record = ledger.tally(video)?.record;
  const hold = world.journal.holds.get(video);
  if (record && record.hold !== hold)
    ledger.apply(video, { type: 'hold', generation: record.generation, hold: hold ?? null });
  yield;
  applyAcceptances(engine, video);
  yield;
  yield* follow(engine, video);
}

function* crawl(engine: Engine, { video, lease }: QueuedJob): Task {
  const { ledger, world } = engine;
  const seen = ledger.tally(video)?.record;
  if (
    !seen ||
    seen.hold ||
    !ledger.lease(video, { id: lease, generation: seen.generation, kind: 'crawl', files: [], ttlMs: leaseMs })
  )
    return;
  yield;
  const source = world.source.get(video);
  if (!source) return;
  const plan = planOf(video, source);
  yield;
  if (source.malformed) {
    ledger.apply(video, {
      type: 'invalidate',
      generation: seen.generation,
      failure: failureWith('hls.malformed', 'no playlist'),
    });
  } else if (source.isLive) {
    const live = { playlists: [], hasTokens: false, digest: plan.digest, targetDurationMs: 6000 };
    ledger.apply(video, { type: 'live', generation: seen.generation, live: { ...live, lookedAt: 0, sameSince: 0 } });
  } else if (plan.digest !== seen.revision || seen.live) {
    world.journal.sealed.set(plan.digest, plan);
    yield;
    const { provenUnder } = world.journal;
    const done = plan.files.flatMap(({ key }, index) =>
      provenUnder.get(key) === plan.digest && ownEvidence(world, key) ? [index] : [],
    );
    yield;
    const { digest: revision, files } = plan;
    ledger.apply(video, {
      type: 'register',
      seen: seen.generation,
      generation: unique(world, 'g'),
      revision,
      total: files.length,
      done,
    });
  }
  yield;
  ledger.release(video, lease);
  yield* follow(engine, video);
}

function* runBatch(engine: Engine, sent: BatchJob): Task {
  const { ledger, world, queue, random } = engine;
  const { video, generation, revision } = sent;
  const tally = ledger.tally(video);
  const record = tally?.record;
  const files = tally ? toRanges([...indicesOf(sent.files)].filter((index) => isOpen(tally, index))) : [];
  if (
    record?.generation !== generation ||
    record.revision !== revision ||
    record.hold ||
    engine.halted ||
    files.length === 0
  ) {
    ledger.release(video, sent.id);
    return;
  }
  const batch = { ...sent, files };
  if (!ledger.lease(video, leaseOf(batch, 0))) return;
  yield;

  const outcomes: Outcome[] = [];
  let end: BatchEnd = 'finished';
  for (const index of indicesOf(files)) {
    const file = world.journal.sealed.get(revision)?.files[index];
    if (!file) continue;
    const copied = yield* copyFile(engine, batch, { index, file });
    if (copied === 'stopped' || copied === 'worker-lost') {
      end = copied;
      break;
    }
    if (copied !== 'silent') outcomes.push(copied);
    yield;
  }

  const settlement = settle(batch, outcomes, end, random.next, retryLimits);
  engine.onSettled(batch, outcomes, end, settlement);
  const change: Change = {
    type: 'record',
    generation,
    revision,
    done: settlement.done,
    failed: settlement.failed.map(({ index }) => index),
  };
  engine.sent.push({ video, change });
  const counted = ledger.apply(video, change);
  yield;
  if (settlement.halt) engine.halted = true;
  if (counted) {
    applyAcceptances(engine, video);
    yield;
    const successors = settlement.resend.map(({ files: rest, tries, waits, delayMs }) => ({
      job: { ...batch, id: unique(world, 'batch'), files: rest, tries, waits },
      delayMs,
    }));
    const leases = successors.map(({ job, delayMs }) => leaseOf(job, delayMs));
    if (ledger.pass(video, batch.id, leases)) {
      for (const { job, delayMs } of successors) {
        yield;
        queue.set(job.id, { id: job.id, at: ledger.now + delayMs, video, work: job, lease: job.id });
      }
    }
    if (settlement.recrawl) rescan(engine, video);
    yield;
  }
  ledger.release(video, batch.id);
  yield* follow(engine, video);
}

/** What stands there is looked at before the ledger is asked, so that a publisher who was overtaken writes nothing. */
function* publish(engine: Engine, { video, lease }: QueuedJob): Task {
  const { ledger, world } = engine;
  const standing = world.playlists.get(video)?.etag;
  yield;
  const record = ledger.tally(video)?.record;
  if (!record?.revision || record.hold || !isWhole(record)) return;
  const { generation, revision } = record;
  if (!ledger.lease(video, { id: lease, generation, kind: 'publish', files: [], ttlMs: leaseMs })) return;
  yield;
  if (world.playlists.get(video)?.etag === standing) {
    world.playlists.set(video, { digest: revision, etag: unique(world, 'etag') });
    yield;
    const change: Change = { type: 'publish', generation, revision };
    engine.sent.push({ video, change });
    ledger.apply(video, change);
    yield;
  }
  ledger.release(video, lease);
  yield* follow(engine, video);
}

/** Has the source looked at again; an invalid video is opened for it, a live one is not. */
export function rescan({ ledger, queue, world }: Engine, video: VideoId): void {
  const record = ledger.tally(video)?.record;
  if (!record) return;
  if (record.invalid) ledger.apply(video, { type: 'open', seen: record.generation, generation: unique(world, 'g') });
  const generation = ledger.tally(video)?.record.generation ?? '';
  const lease = unique(world, 'crawl');
  if (!ledger.lease(video, { id: lease, generation, kind: 'crawl', files: [], ttlMs: leaseMs })) return;
  queue.set(lease, { id: lease, at: ledger.now, video, work: 'crawl', lease });
}

/** Counts the failed files that somebody accepted, whenever that was. */
export function applyAcceptances({ ledger, world }: Engine, video: VideoId): void {
  const tally = ledger.tally(video);
  const revision = tally?.record.revision;
  const plan = revision === undefined ? undefined : world.journal.sealed.get(revision);
  if (!tally || !plan || revision === undefined) return;
  const files = plan.files.flatMap(({ key }, index) =>
    hasBit(tally.failed, index) && world.journal.accepted.has(key) ? [index] : [],
  );
  if (files.length > 0) ledger.apply(video, { type: 'accept', generation: tally.record.generation, revision, files });
}

/** The files of a video that are neither done nor failed. */
export function openFiles(tally: Tally): IndexRanges {
  return toRanges(
    Array.from({ length: tally.record.total }, (_, index) => index).filter((index) => isOpen(tally, index)),
  );
}

function isOpen({ record, done, failed }: Tally, index: number): boolean {
  return index < record.total && !hasBit(done, index) && !hasBit(failed, index);
}

/** The lease first: a batch in the queue that nobody carries would be sent twice. */
function* send({ ledger, queue }: Pick<Engine, 'ledger' | 'queue'>, batch: BatchJob, delayMs: number): Task {
  if (!ledger.lease(batch.video, leaseOf(batch, delayMs))) return;
  yield;
  const { id, video } = batch;
  queue.set(id, { id, at: ledger.now + delayMs, video, work: batch, lease: id });
}

function leaseOf({ id, generation, files }: BatchJob, delayMs: number) {
  return { id, generation, kind: 'batch', files, ttlMs: delayMs + leaseMs } as const;
}
