import type { BatchJob } from '../domain/batch.ts';
import { chargeOf, failureOf } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import { second } from '../domain/units.ts';
import type { VideoId } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import type { JobEnd, JobHandler, JobOptions, QueueWorkers } from '../queue/job-queue.ts';
import { runBatch } from '../transfer/run-batch.ts';
import { crawlStep } from './crawl-step.ts';
import type { EngineContext } from './context.ts';
import { publicationStep } from './publication-step.ts';
import { restartVideo } from './restart-video.ts';

const crawlsAtATime = 8;
const publicationsAtATime = 4;
/** Of the batches at a time, one in so many is kept from a video while there are others: its host may be slow. */
const sharesOfOthers = 8;
/** How long a batch that would take it waits before it asks again. */
const shareLookMs = second;

/** Starts the workers that crawl videos. */
export function startCrawlers(context: EngineContext): QueueWorkers {
  return context.parts.crawls.work(
    withSignal(context.drain, (job, options) => crawlStep(job, context, options)),
    { concurrency: crawlsAtATime, onError: reporter(context) },
  );
}

/** Starts the workers that publish complete videos. */
export function startPublishers(context: EngineContext): QueueWorkers {
  return context.parts.publications.work(
    withSignal(context.hooks.signal, async (job, options) => {
      await publicationStep(job, context, options);
      return done;
    }),
    { concurrency: publicationsAtATime, onError: reporter(context) },
  );
}

/** Starts the workers that hand batches to the executor. */
export function startTransfers(context: EngineContext, executor: Executor): QueueWorkers {
  const { parts, hooks, drain, host, locator, patience } = context;
  const { concurrency } = executor;
  const mostOfVideo = Math.max(1, concurrency - Math.ceil(concurrency / sharesOfOthers));
  const underWay = new Map<VideoId, number>();
  const count = (video: VideoId, more: number): void => {
    const batches = (underWay.get(video) ?? 0) + more;
    if (batches > 0) underWay.set(video, batches);
    else underWay.delete(video);
  };
  const copy = async (job: BatchJob, { lost }: JobOptions): Promise<JobEnd> => {
    const postponed = await host.admitBatch(job);
    if (postponed) return { result: 'again', delayMs: postponed.againAfterMs };
    const startedAt = performance.now();
    const [outcomes, known]: [Outcome[], Outcome[]] = [[], []];
    const onOutcome: typeof hooks.onOutcome = (video, outcome) => {
      outcomes.push(outcome);
      hooks.onOutcome(video, outcome);
    };
    try {
      const { ran, halt, recrawl, unread } = await runBatch(
        job,
        { ...parts, executor, locator, patience },
        { ...hooks, onOutcome, onKnown: (prior) => void known.push(...prior), drain, lost },
      );
      if (ran) hooks.onBatch?.(job, ran, performance.now() - startedAt);
      if (halt) host.halt(halt);
      else if (recrawl && !drain.aborted) await restartVideo('source-changed', { ...job, unread }, context);
      else await context.takeNextStep(job.video);
      return done;
    } finally {
      await host.onBatchEnd?.(job, { outcomes, known });
    }
  };
  return parts.batches.work(
    async (job, options) => {
      const hasItsShare = (underWay.get(job.video) ?? 0) >= mostOfVideo;
      if (hasItsShare && !host.hasOneVideo?.()) return { result: 'again', delayMs: shareLookMs };
      count(job.video, 1);
      try {
        return await copy(job, options);
      } finally {
        count(job.video, -1);
      }
    },
    { concurrency, onError: reporter(context) },
  );
}

const done: JobEnd = { result: 'done' };

/** Jobs of the same workers share a signal: making one for each of them takes as long as much of the work itself. */
function withSignal<T>(signal: AbortSignal, handle: JobHandler<T>): JobHandler<T> {
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const joinedWith = (other: AbortSignal): AbortSignal => {
    const known = joined.get(other) ?? AbortSignal.any([other, signal]);
    joined.set(other, known);
    return known;
  };
  return (job, options) => handle(job, { ...options, signal: joinedWith(options.signal) });
}

/** Errors that a handler throws are retried by the queue. Those that another delivery cannot mend halt all work. */
function reporter({ host }: EngineContext): (error: unknown) => void {
  return (error) => {
    const failure = failureOf(error);
    const isPermanent = failure.code === 'state.unusable' || failure.code === 'internal';
    if (isPermanent || chargeOf(failure) === 'halt') host.halt(failure);
  };
}
