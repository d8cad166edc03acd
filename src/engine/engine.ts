import { maxBatchFiles } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { SubmittedUrls, VideoId } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import { aborted } from './aborted.ts';
import { createContext } from './context.ts';
import { repeat } from './repeat.ts';
import { budgetLookMs, createRunHost, leaseMs } from './run-host.ts';
import type { LocalParts, RunHooks, RunSettings } from './run-host.ts';
import { createVideosInProgress } from './videos-in-progress.ts';
import { startCrawlers, startPublishers, startTransfers } from './workers.ts';

/** A running engine. */
export interface Engine {
  /**
   * Crawls a video and takes it through all further steps. Waits while many videos are queued for a crawl.
   *
   * @param options.urls - with their tokens, which the journal does not keep
   * @returns false where a crawl or publication of it is queued or in progress already
   */
  crawl(video: VideoId, options: { readonly recheck: boolean; readonly urls?: SubmittedUrls }): Promise<boolean>;
  /** Takes a video through all further steps, wherever it stands. */
  advance(video: VideoId): Promise<void>;
  /**
   * Resolves when no video is in progress, or the engine was drained or halted and nothing is in flight any more. To be
   * called once all videos are sent: from then on, what waits for a source or destination that is down does so with
   * patience only.
   */
  idle(): Promise<void>;
  /** The failure that halted the run, if one did. */
  halted(): Failure | undefined;
  /** Stops taking work and waits for what is in flight. Further calls do nothing. */
  stop(): Promise<void>;
}

/** Ports and settings of an engine that runs as a whole in this process. */
export interface RunParts extends Omit<LocalParts, 'dispatch' | 'leaseMs'>, RunSettings {
  readonly executor: Executor;
  /** Makes the delayed jobs of all queues due now. */
  readonly hasten: () => void;
}

const maxWaitingCrawls = 256;

/** Runs crawlers, transfers and publishers in this process, over queues in memory. */
export function startEngine(
  { executor, patienceMs, hasten, budget, findTokens, ...rest }: RunParts,
  hooks: RunHooks,
): Engine {
  const { lanes, concurrency } = executor;
  const dispatch = { maxFiles: maxBatchFiles, maxBatchesOfVideo: 2 * concurrency, lanes };
  const parts: LocalParts = { ...rest, dispatch, leaseMs };
  const inProgress = createVideosInProgress();
  const stopping = new AbortController();
  let haltedBy: Failure | undefined;
  const halt = (failure: Failure): void => {
    haltedBy ??= failure;
    stopping.abort();
  };
  const drain = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const drained = aborted(drain);
  const host = createRunHost(parts, hooks, { inProgress, halt, patienceMs, budget, findTokens });
  const context = createContext(parts, hooks, { host, drain });
  // What waits may be due long after everything else has ended.
  const stopLooking = repeat(lookEveryMs(patienceMs), async () => {
    if (!drain.aborted && (await context.patience.isOver(host.scope()))) hasten();
  });
  const stopBudgeting = repeat(budgetLookMs, async () => {
    if (await host.isSpent()) stopping.abort();
  });
  const workers = [startCrawlers(context), startPublishers(context), startTransfers(context, executor)];
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  return {
    async crawl(video, { recheck, urls }) {
      await parts.crawls.room(maxWaitingCrawls, { signal: drain }).catch(() => undefined);
      // The next run crawls it.
      if (drain.aborted || budget?.reached.aborted) return true;
      inProgress.add(video, urls);
      return context.sendCrawl(video, { recheck });
    },
    async advance(video) {
      if (drain.aborted) return;
      inProgress.add(video, inProgress.urlsOf(video));
      await context.takeNextStep(video);
    },
    idle() {
      host.endSending();
      return Promise.race([drained.then(stopWorkers), inProgress.whenEmpty()]);
    },
    halted: () => haltedBy,
    async stop() {
      stopping.abort();
      stopLooking();
      stopBudgeting();
      await stopWorkers();
    },
  };
}

/** Often enough for the patience, and at least each second. */
function lookEveryMs(patienceMs: number): number {
  return Math.min(second, Math.max(50, patienceMs / 10));
}
