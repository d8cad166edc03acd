import type { BatchJob } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import { countOf } from '../domain/index-ranges.ts';
import { quietTimeLeft } from '../domain/live.ts';
import { minute, second } from '../domain/units.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoState } from '../domain/video.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { LocalQueue } from '../queue/job-queue.ts';
import type { EngineHooks, EngineHost, EngineParts } from './context.ts';
import { GrantCache } from './grant-cache.ts';
import type { PatienceScope } from './patience.ts';
import type { VideosInProgress } from './videos-in-progress.ts';

/** Bounds what a run spends. */
export interface EngineBudget {
  /** Once aborted, no video is crawled and no batch begun. What is under way is finished and published. */
  readonly reached: AbortSignal;
  /** @returns whether a batch of so many files may begin now; if so, `ended` follows */
  begin(files: number): boolean;
  ended(files: number): void;
}

/** Callbacks of a run in one process. */
export interface RunHooks extends EngineHooks {
  /** A video of this run has no next step for now. */
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
  /** A recording that is not over is looked at again after the delay, to see whether it stays the same. */
  readonly onWait?: (video: VideoId, delayMs: number) => void;
}

/** A run in one process as the host of its engine, and what only such a run knows. */
export interface RunHost extends EngineHost {
  /** No further video comes. */
  endSending(): void;
  /** What has to rest before the patience with what is down begins to run out. */
  scope(): PatienceScope;
  /** Whether the budget is reached, and all that it had let begin is copied and published. */
  isSpent(): Promise<boolean>;
}

/** Parts of an engine that has its process to itself: work that is found waits for work that is done. */
export interface LocalParts extends EngineParts {
  readonly crawls: LocalQueue<VideoJob>;
  readonly batches: LocalQueue<BatchJob>;
}

/** Settings of a run, beside the ports and settings of its engine. */
export interface RunSettings {
  /** How long the run waits for a source or destination that is down, once nothing else is left to do. */
  readonly patienceMs: number;
  /** What the run may spend. Absent: no limit. */
  readonly budget?: EngineBudget | undefined;
  /** Finds the tokens of a video that was sent without its URLs. Absent: none is. */
  readonly findTokens?: EngineHost['withTokens'] | undefined;
}

/** What a run shares with its engine. */
interface RunControls extends RunSettings {
  readonly inProgress: VideosInProgress;
  readonly halt: (failure: Failure) => void;
}

/** Longer than any run. An embedded run is the sole owner of its state and ends all leases when it starts. */
export const leaseMs = 24 * 60 * minute;

/** How often a batch asks again whether it may begin, and whether all is over is looked at, where there is a budget. */
export const budgetLookMs = second / 10;

const fewestWaitingBatches = 16;

/** Creates the host of a run that has all of the library to itself. */
export function createRunHost(
  { batches, publications, journal, assumeEnded, now, dispatch }: LocalParts,
  { onState, onWait }: RunHooks,
  { inProgress, halt, patienceMs, budget, findTokens }: RunControls,
): RunHost {
  // Above it, crawls wait, so that memory holds the work in flight and not the whole library. One large video fills half.
  const maxWaitingBatches = Math.max(fewestWaitingBatches, 2 * dispatch.maxBatchesOfVideo);
  /** By video, what it named when this run began to wait. */
  const waitedFor = new Map<VideoId, string>();
  let isAllSent = false;
  let batchesUnderWay = 0;
  let crawlsWithoutRoom = 0;
  const scope = (): PatienceScope => {
    const crawlsWait = crawlsWithoutRoom > 0;
    return { name: 'run', videos: isAllSent || crawlsWait ? inProgress.ids() : undefined, isAll: true, crawlsWait };
  };
  return {
    submissionOf: (video) => journal.submission(video),
    async withTokens(submission) {
      const urls = inProgress.urlsOf(submission.id);
      return urls || !findTokens ? { ...submission, ...urls } : findTokens(submission);
    },
    async admitCrawl(_, signal) {
      if (budget?.reached.aborted) return { againAfterMs: leaseMs };
      crawlsWithoutRoom += 1;
      try {
        await batches.room(maxWaitingBatches, { signal });
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
      const delayMs = quietTimeLeft(live, now());
      // One that has changed meanwhile is not over.
      const hasChanged = (waitedFor.get(video) ?? live.digest) !== live.digest;
      if (!assumeEnded || delayMs <= 0 || hasChanged) return undefined;
      waitedFor.set(video, live.digest);
      onWait?.(video, delayMs);
      return delayMs;
    },
    onIdle(video, record) {
      if (inProgress.remove(video)) onState(video, stateOf(record), record.invalid);
    },
    onGone(video) {
      inProgress.remove(video);
    },
    halt,
    endSending() {
      isAllSent = true;
    },
    scope,
    async isSpent() {
      return budget?.reached.aborted === true && batchesUnderWay === 0 && publications.hasCapacity(1);
    },
  };
}
