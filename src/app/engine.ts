import { advance, sendVideo } from '../aggregator/advance.ts';
import type { AdvancePorts } from '../aggregator/advance.ts';
import { serialise } from '../aggregator/serialise.ts';
import { applyAcceptances } from '../control/accept.ts';
import { planVideo } from '../crawler/crawl.ts';
import type { BatchJob } from '../domain/batch.ts';
import { chargeOf, failureOf, FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { JobEnd, JobHandler, QueueWorkers } from '../queue/job-queue.ts';
import { runBatch } from '../transfer/run-batch.ts';
import { workCrawl } from './crawl-worker.ts';
import { leaseMs } from './engine-context.ts';
import type { EngineContext, EngineHooks, EngineParts } from './engine-context.ts';
import { createPublicationWorker } from './publication-worker.ts';
import { createRoster } from './roster.ts';
import type { Roster } from './roster.ts';
import { createTokenLocator } from './token-locator.ts';
import type { Replan } from './token-locator.ts';

/** A running engine. */
export interface Engine {
  /**
   * Looks at the video's source and carries it to its end. Waits while many videos wait to be crawled.
   *
   * @param options.playlistUrl - with its token: the journal keeps none
   */
  crawl(video: VideoId, options: { readonly recheck: boolean; readonly playlistUrl?: string }): Promise<void>;
  /** Resolves when no video is under way, or the engine was drained or halted. */
  idle(): Promise<void>;
  /** Why the run could not go on, if it could not. */
  halted(): Failure | undefined;
  /** Takes nothing more, waits for what is in flight. A second call does nothing. */
  stop(): Promise<void>;
}

const crawlsAtATime = 8;
const publicationsAtATime = 4;
const maxWaitingCrawls = 256;
const maxFilesOfBatch = 100;

/** Wires the services to the queues and lets them run. */
export function startEngine(parts: EngineParts, hooks: EngineHooks): Engine {
  const roster = createRoster();
  const stopping = new AbortController();
  let haltedBy: Failure | undefined;
  const drain = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const drained = new Promise<void>((resolve) => {
    drain.addEventListener('abort', () => resolve(), { once: true });
    if (drain.aborted) resolve();
  });
  const halt = (failure: Failure): void => {
    haltedBy ??= failure;
    stopping.abort();
  };
  const context = contextOf(parts, hooks, { roster, drain, halt });
  const workers = startWorkers(context);
  return {
    async crawl(video, { recheck, playlistUrl }) {
      await Promise.race([drained, parts.crawls.room(maxWaitingCrawls, { signal: drain }).catch(() => undefined)]);
      if (drain.aborted) return;
      roster.enter(video, playlistUrl);
      await context.sendCrawl(video, { recheck });
    },
    idle: () => Promise.race([drained, roster.empty()]),
    halted: () => haltedBy,
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

interface Lifecycle {
  readonly roster: Roster;
  readonly drain: AbortSignal;
  readonly halt: (failure: Failure) => void;
}

function contextOf(parts: EngineParts, hooks: EngineHooks, { roster, drain, halt }: Lifecycle): EngineContext {
  const { ledger, journal } = parts;
  const submissionOf: EngineContext['submissionOf'] = async (video) => {
    const submission = await journal.submission(video);
    if (!submission) throw new FlantsError('state.unusable', `the journal does not know the video ${video}`);
    return { ...submission, playlistUrl: roster.playlistUrlOf(video) ?? submission.playlistUrl };
  };
  const replan: Replan = async (video, signal) => {
    const { revision, fetchUrls } = await planVideo(await submissionOf(video), parts, { signal });
    return { digest: revision.digest, fetchUrls };
  };
  const locator = createTokenLocator(replan);
  const presentDigest: EngineContext['presentDigest'] = async (video, signal) => (await replan(video, signal)).digest;
  const ports: AdvancePorts = {
    ...parts,
    limits: {
      maxFiles: maxFilesOfBatch,
      maxBatchesOfVideo: 2 * parts.executor.concurrency,
      lanes: parts.executor.concurrency,
    },
    leaseMs,
    newId: () => parts.newGeneration().slice(0, 8),
  };
  const rest = (video: VideoId, record: VideoRecord): void => {
    locator.forget(video);
    if (roster.leave(video)) hooks.onState(video, stateOf(record), record.invalid);
  };
  const moveOn = serialise(async (video) => {
    if (drain.aborted) return;
    const moved = await advance(video, ports);
    if (moved?.step !== 'none') return;
    const isIncomplete = stateOf(moved.record) === 'incomplete';
    if (isIncomplete && (await applyAcceptances(video, { ledger, journal })) > 0) {
      const again = await advance(video, ports);
      if (again?.step === 'none') rest(video, again.record);
      return;
    }
    rest(video, moved.record);
  });
  const sendCrawl: EngineContext['sendCrawl'] = async (video, { recheck }) => {
    const record = await ledger.read(video);
    if (!record) throw new FlantsError('internal', `the ledger does not know the video ${video}`);
    await sendVideo(video, record, 'crawl', ports, { recheck });
  };
  return { parts, hooks, drain, locator, submissionOf, presentDigest, moveOn, sendCrawl, halt };
}

function startWorkers(context: EngineContext): readonly QueueWorkers[] {
  const { parts, hooks, drain } = context;
  const publish = createPublicationWorker(context);
  const onError = (error: unknown): void => {
    const failure = failureOf(error);
    // A queue brings the job again. What a second delivery cannot mend ends the run, and the next run finds the work in the ledger.
    const isBeyondMending = failure.code === 'state.unusable' || failure.code === 'internal';
    if (isBeyondMending || chargeOf(failure) === 'halt') context.halt(failure);
  };
  const done: JobEnd = { result: 'done' };
  const handling =
    <T>(handle: (job: T, signal: AbortSignal) => Promise<void>, until: AbortSignal): JobHandler<T> =>
    async (job, { signal }) => {
      await handle(job, AbortSignal.any([signal, until]));
      return done;
    };
  return [
    parts.crawls.work(
      handling((job, signal) => workCrawl(job, context, signal), drain),
      { concurrency: crawlsAtATime, onError },
    ),
    parts.publications.work(handling(publish, hooks.signal), { concurrency: publicationsAtATime, onError }),
    parts.batches.work(
      handling((job) => workBatch(job, context), hooks.signal),
      { concurrency: parts.executor.concurrency, onError },
    ),
  ];
}

async function workBatch(job: BatchJob, context: EngineContext): Promise<void> {
  const { parts, hooks, drain, locator } = context;
  const ran = await runBatch(job, { ...parts, locator, leaseMs }, { ...hooks, drain });
  if (ran.halt) context.halt(ran.halt);
  if (ran.recrawl && !drain.aborted) await context.sendCrawl(job.video, { recheck: false });
  else await context.moveOn(job.video);
}
