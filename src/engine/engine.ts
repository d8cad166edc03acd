import type { Failure } from '../domain/failure.ts';
import { maxBatchFiles } from '../domain/batch.ts';
import { minute, second } from '../domain/units.ts';
import { countOf } from '../domain/index-ranges.ts';
import { quietTimeLeft } from '../domain/live.ts';
import { stateOf } from '../domain/video.ts';
import { GrantCache } from './grant-cache.ts';
import type { SubmittedUrls, VideoId, VideoState } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import { aborted } from './aborted.ts';
import { createContext } from './context.ts';
import type { EngineHooks, EngineHost, EngineParts } from './context.ts';
import type { PatienceScope } from './patience.ts';
import { repeat } from './repeat.ts';
import { createVideosInProgress } from './videos-in-progress.ts';
import { startCrawlers, startPublishers, startTransfers } from './workers.ts';

/** A running engine. */
export interface Engine {
  /**
   * Crawls a video and takes it through all further steps. Waits while many videos are queued for a crawl.
   *
   * @param options.urls - with their tokens, which the journal does not keep
   */
  crawl(video: VideoId, options: { readonly recheck: boolean; readonly urls?: SubmittedUrls }): Promise<void>;
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

/** Ports of an engine that runs as a whole in this process. */
export type RunParts = Omit<EngineParts, 'dispatch' | 'leaseMs'> & {
  readonly executor: Executor;
  /** How long the run waits for a source or destination that is down, once nothing else is left to do. */
  readonly patienceMs: number;
  /** Makes the delayed jobs of all queues due now. */
  readonly hasten: () => void;
  /** What the run may spend. Absent: no limit. */
  readonly budget?: EngineBudget;
};

/** Bounds what a run spends. */
export interface EngineBudget {
  /** Once aborted, no video is crawled and no batch begun. What is under way is finished and published. */
  readonly reached: AbortSignal;
  /** @returns whether a batch of so many files may begin now; if so, `ended` follows */
  begin(files: number): boolean;
  ended(files: number): void;
}

/** Callbacks of such a run. */
export interface RunHooks extends EngineHooks {
  /** A video of this run has no next step for now. */
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
  /** A recording that is not over is looked at again after the delay, to see whether it stays the same. */
  readonly onWait?: (video: VideoId, delayMs: number) => void;
}

const maxWaitingCrawls = 256;
const fewestWaitingBatches = 16;

/** How often a batch asks again whether it may begin, and whether all is over is looked at, where there is a budget. */
const budgetLookMs = second / 10;

/** Longer than any run. An embedded run is the sole owner of its state and ends all leases when it starts. */
const leaseMs = 24 * 60 * minute;

/** Runs crawlers, transfers and publishers in this process, over queues in memory. */
export function startEngine({ executor, patienceMs, hasten, budget, ...rest }: RunParts, hooks: RunHooks): Engine {
  const { lanes, concurrency } = executor;
  const dispatch = { maxFiles: maxBatchFiles, maxBatchesOfVideo: 2 * concurrency, lanes };
  // Above it, crawls wait, so that memory holds the work in flight and not the whole library. One large video fills half.
  const maxWaitingBatches = Math.max(fewestWaitingBatches, 2 * dispatch.maxBatchesOfVideo);
  const parts: EngineParts = { ...rest, dispatch, leaseMs };
  const inProgress = createVideosInProgress();
  /** By video, what it named when this run began to wait. */
  const waitedFor = new Map<VideoId, string>();
  const stopping = new AbortController();
  let haltedBy: Failure | undefined;
  const drain = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const drained = aborted(drain);
  let isAllSent = false;
  let batchesUnderWay = 0;
  let crawlsWithoutRoom = 0;
  const scope = (): PatienceScope => {
    const crawlsWait = crawlsWithoutRoom > 0;
    return { name: 'run', videos: isAllSent || crawlsWait ? inProgress.ids() : undefined, isAll: true, crawlsWait };
  };
  const host: EngineHost = {
    submissionOf: (video) => parts.journal.submission(video),
    withTokens: async (submission) => ({ ...submission, ...inProgress.urlsOf(submission.id) }),
    async admitCrawl(_, signal) {
      if (budget?.reached.aborted) return { againAfterMs: leaseMs };
      crawlsWithoutRoom += 1;
      try {
        await parts.batches.room(maxWaitingBatches, { signal });
      } finally {
        crawlsWithoutRoom -= 1;
      }
      return undefined;
    },
    outlastsSilence: false,
    grants: new GrantCache(),
    hasOneVideo: () => inProgress.count() <= 1,
    admitBatch({ files }) {
      if (budget?.begin(countOf(files)) === false) {
        return { againAfterMs: budget.reached.aborted ? leaseMs : budgetLookMs };
      }
      batchesUnderWay += 1;
      return undefined;
    },
    onBatchEnd({ files }) {
      batchesUnderWay -= 1;
      budget?.ended(countOf(files));
    },
    patience: { patienceMs, scopeOf: scope },
    async onLive(video, _, live) {
      const delayMs = quietTimeLeft(live, parts.now());
      // One that has changed meanwhile is not over.
      const hasChanged = (waitedFor.get(video) ?? live.digest) !== live.digest;
      if (!parts.assumeEnded || delayMs <= 0 || hasChanged) return undefined;
      waitedFor.set(video, live.digest);
      hooks.onWait?.(video, delayMs);
      return delayMs;
    },
    onIdle(video, record) {
      if (inProgress.remove(video)) hooks.onState(video, stateOf(record), record.invalid);
    },
    halt(failure) {
      haltedBy ??= failure;
      stopping.abort();
    },
  };
  const context = createContext(parts, hooks, { host, drain });
  // What waits may be due long after everything else has ended.
  const stopLooking = repeat(lookEveryMs(patienceMs), async () => {
    if (!drain.aborted && (await context.patience.isOver(scope()))) hasten();
  });
  const stopBudgeting = repeat(budgetLookMs, async () => {
    const isOver = budget?.reached.aborted === true && batchesUnderWay === 0;
    if (isOver && (await parts.publications.hasCapacity(1))) stopping.abort();
  });
  const workers = [startCrawlers(context), startPublishers(context), startTransfers(context, executor)];
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  return {
    async crawl(video, { recheck, urls }) {
      await parts.crawls.room(maxWaitingCrawls, { signal: drain }).catch(() => undefined);
      if (drain.aborted || budget?.reached.aborted) return;
      inProgress.add(video, urls);
      await context.sendCrawl(video, { recheck });
    },
    async advance(video) {
      if (drain.aborted) return;
      inProgress.add(video, inProgress.urlsOf(video));
      await context.takeNextStep(video);
    },
    idle() {
      isAllSent = true;
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
