import { advance } from '../aggregator/advance.ts';
import type { AdvancePorts } from '../aggregator/advance.ts';
import { applyAcceptances } from '../control/accept.ts';
import { reopenFailed } from '../control/reopen-failed.ts';
import { serialise } from '../aggregator/serialise.ts';
import { crawlVideo, planVideo } from '../crawler/crawl.ts';
import type { CrawlerPorts } from '../crawler/crawl.ts';
import type { BatchJob, ExistingPolicy } from '../domain/batch.ts';
import { failureOf, failureWith, FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { stateOf } from '../domain/video.ts';
import type { Submission, VideoId, VideoState } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import type { JobEnd, JobQueue } from '../queue/job-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { publishVideo } from '../publisher/publish.ts';
import { runBatch } from '../transfer/run-batch.ts';
import { attempt } from './attempt.ts';
import { createTokenLocator } from './token-locator.ts';

/** Everything the engine is composed of; which adapters stand behind the ports is not its concern. */
export interface EngineParts extends CrawlerPorts {
  readonly store: ObjectStore;
  readonly executor: Executor;
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  readonly isFresh: (video: VideoId) => boolean;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What the engine tells while it runs. */
export interface EngineHooks {
  /** Aborted: finish what is in flight, take nothing more. */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight too. */
  readonly signal: AbortSignal;
  readonly onOutcome: (video: VideoId, outcome: Outcome) => void;
  readonly onPlanned: (video: VideoId, counts: { readonly files: number; readonly documents: number }) => void;
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
  readonly onWarning: (video: VideoId, message: string) => void;
}

/** A running engine. */
export interface Engine {
  /** Looks at the video's source and carries it to its end. */
  crawl(video: VideoId, options: { readonly recheck: boolean }): Promise<void>;
  /** Carries on with what the ledger says, without looking at the source first. */
  resume(video: VideoId): Promise<void>;
  /** Resolves when no video is under way, or the engine was drained or halted. */
  idle(): Promise<void>;
  /** Why the run could not go on, if it could not. */
  halted(): Failure | undefined;
  /** Takes nothing more, waits for what is in flight. */
  stop(): Promise<void>;
}

const crawlsAtATime = 8;
const publicationsAtATime = 4;
/** Crawls wait while this many batches do: memory holds the work in flight, not the library. */
const maxWaitingBatches = 64;
/** A source whose playlists differ at every look has no plan that could be finished. */
const maxSourceChanges = 5;
/** Longer than any run waits; a new run of a sole owner ends all leases anyway. */
const leaseMs = 24 * 60 * 60 * 1000;

/** Wires the services to the queues and lets them run. */
export function startEngine(parts: EngineParts, hooks: EngineHooks): Engine {
  const { ledger, journal, crawls, batches, publications } = parts;
  const active = new Set<VideoId>();
  const sourceChanges = new Map<VideoId, number>();
  const ended = Promise.withResolvers<void>();
  const halt = new AbortController();
  let haltedBy: Failure | undefined;
  let waiting: (() => void)[] = [];

  const drain = AbortSignal.any([hooks.drain, hooks.signal, halt.signal]);
  drain.addEventListener('abort', () => ended.resolve(), { once: true });
  const stopFor = (failure: Failure): void => {
    haltedBy ??= failure;
    halt.abort();
  };

  const submissionOf = async (video: VideoId): Promise<Submission> => {
    const submission = await journal.submission(video);
    if (!submission) throw new FlantsError('state.unusable', `the journal does not know the video ${video}`);
    return submission;
  };
  const locator = createTokenLocator(async (video, signal) => {
    const { revision, fetchUrls } = await planVideo(await submissionOf(video), parts, { signal });
    return { digest: revision.digest, fetchUrls };
  });

  const advancePorts: AdvancePorts = {
    ledger,
    crawls,
    batches,
    publications,
    isFresh: parts.isFresh,
    limits: { maxFiles: 100, maxBatchesOfVideo: 2 * parts.executor.concurrency },
    leaseMs,
    newId: () => parts.newGeneration().slice(0, 8),
  };
  const moveOn = serialise(async (video: VideoId): Promise<void> => {
    if (drain.aborted) return;
    const moved = await advance(video, advancePorts);
    if (moved?.step !== 'none') return;
    if (stateOf(moved.record) === 'incomplete' && (await applyAcceptances(video, { ledger, journal })) > 0) {
      await advance(video, advancePorts);
      return;
    }
    rest(video, stateOf(moved.record), moved.record.invalid);
  });
  const rest = (video: VideoId, state: VideoState, failure?: Failure): void => {
    if (!active.delete(video)) return;
    locator.forget(video);
    sourceChanges.delete(video);
    hooks.onState(video, state, failure);
    if (active.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  const sendCrawl = async (video: VideoId, recheck: boolean): Promise<void> => {
    const record = await ledger.read(video);
    if (!record) throw new FlantsError('internal', `the ledger does not know the video ${video}`);
    const { generation } = record;
    await ledger.lease(video, { id: 'crawl', generation, kind: 'crawl', files: [], ttlMs: leaseMs });
    await crawls.add({
      id: `${video}/${generation}/crawl`,
      data: { format: 1, video, tries: 0, waits: 0, recheck },
      priority: parts.isFresh(video) ? 2 : 10,
    });
  };

  const done: JobEnd = { result: 'done' };

  const onCrawl = async (job: VideoJob, signal: AbortSignal): Promise<JobEnd> => {
    const { video } = job;
    await batches.room(maxWaitingBatches, { signal });
    const record = await ledger.read(video);
    if (!record) return done;
    if (!record.hold) {
      const submission = await submissionOf(video);
      const attempted = await attempt(job, record, { ledger, queue: crawls, kind: 'crawl', random: parts.random }, signal, () =>
        crawlVideo(submission, record, parts, { recheck: job.recheck, signal }),
      );
      if (attempted.result === 'halted') stopFor(attempted.failure);
      if (attempted.result === 'done' && attempted.value.result !== 'stale') {
        const crawled = attempted.value;
        if (crawled.result === 'planned') {
          const { files, documents, digest, warnings } = crawled.revision;
          locator.remember(video, digest, crawled.fetchUrls);
          hooks.onPlanned(video, { files: files.length, documents: documents.length });
          for (const warning of warnings) hooks.onWarning(video, warning);
        } else {
          if (record.revision) locator.remember(video, record.revision, crawled.fetchUrls);
          await reopenFailed(video, ledger);
        }
      }
    }
    await moveOn(video);
    return done;
  };

  const onBatch = async (job: BatchJob): Promise<JobEnd> => {
    const ran = await runBatch(
      job,
      { ...parts, locator, leaseMs },
      { drain, signal: hooks.signal, onOutcome: hooks.onOutcome },
    );
    if (ran.halt) stopFor(ran.halt);
    if (ran.recrawl && !drain.aborted) await sendCrawl(job.video, false);
    else await moveOn(job.video);
    return done;
  };

  const onPublication = async (job: VideoJob, signal: AbortSignal): Promise<JobEnd> => {
    const { video } = job;
    const record = await ledger.read(video);
    if (!record) return done;
    const attempted = await attempt(job, record, { ledger, queue: publications, kind: 'publish', random: parts.random }, signal, () =>
      publishVideo(video, parts, signal),
    );
    if (attempted.result === 'halted') stopFor(attempted.failure);
    const result = attempted.result === 'done' ? attempted.value : undefined;
    if (result?.result === 'reopened') {
      hooks.onWarning(video, `${result.files} files had vanished from the destination and are copied again`);
    }
    if (result?.result === 'source-changed') {
      const changes = (sourceChanges.get(video) ?? 0) + 1;
      sourceChanges.set(video, changes);
      if (changes <= maxSourceChanges) {
        await sendCrawl(video, false);
        return done;
      }
      const failure = failureWith('source.changed', `the playlists of ${video} are different each time they are read`);
      await ledger.apply(video, { type: 'invalidate', generation: record.generation, failure });
    }
    await moveOn(video);
    return done;
  };

  const onError = (error: unknown): void => {
    const failure = failureOf(error);
    if (failure.code === 'state.unusable' || failure.code === 'internal') stopFor(failure);
  };
  const workers = [
    crawls.work((job, { signal }) => onCrawl(job, AbortSignal.any([signal, drain])), { concurrency: crawlsAtATime, onError }),
    batches.work((job) => onBatch(job), { concurrency: parts.executor.concurrency, onError }),
    publications.work((job, { signal }) => onPublication(job, AbortSignal.any([signal, hooks.signal])), {
      concurrency: publicationsAtATime,
      onError,
    }),
  ];

  return {
    async crawl(video, { recheck }) {
      active.add(video);
      await sendCrawl(video, recheck);
    },
    async resume(video) {
      active.add(video);
      await moveOn(video);
    },
    async idle() {
      if (active.size === 0) return;
      await Promise.race([ended.promise, new Promise<void>((resolve) => waiting.push(resolve))]);
    },
    halted: () => haltedBy,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
