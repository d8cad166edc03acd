import type { Failure } from '../domain/failure.ts';
import { maxBatchFiles } from '../domain/batch.ts';
import { minute } from '../domain/units.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoState } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import { aborted } from './aborted.ts';
import { createContext } from './context.ts';
import type { EngineHooks, EngineHost, EngineParts } from './context.ts';
import { createVideosInProgress } from './videos-in-progress.ts';
import { startCrawlers, startPublishers, startTransfers } from './workers.ts';

/** A running engine. */
export interface Engine {
  /**
   * Crawls a video and takes it through all further steps. Waits while many videos are queued for a crawl.
   *
   * @param options.playlistUrl - the URL with its token, which the journal does not keep
   */
  crawl(video: VideoId, options: { readonly recheck: boolean; readonly playlistUrl?: string }): Promise<void>;
  /** Resolves when no video is in progress, or the engine was drained or halted. */
  idle(): Promise<void>;
  /** The failure that halted the run, if one did. */
  halted(): Failure | undefined;
  /** Stops taking work and waits for what is in flight. Further calls do nothing. */
  stop(): Promise<void>;
}

/** Ports of an engine that runs as a whole in this process. */
export type RunParts = Omit<EngineParts, 'dispatch' | 'leaseMs'> & { readonly executor: Executor };

/** Callbacks of such a run. */
export interface RunHooks extends EngineHooks {
  /** A video of this run has no next step for now. */
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
}

const maxWaitingCrawls = 256;
/** Batches in the queue above which crawls wait, so that memory holds the work in flight and not the whole library. */
const maxWaitingBatches = 16;

/** Longer than any run. An embedded run is the sole owner of its state and ends all leases when it starts. */
const leaseMs = 24 * 60 * minute;

/** Runs crawlers, transfers and publishers in this process, over queues in memory. */
export function startEngine({ executor, ...rest }: RunParts, hooks: RunHooks): Engine {
  const lanes = executor.concurrency;
  const dispatch = { maxFiles: maxBatchFiles, maxBatchesOfVideo: 2 * lanes, lanes };
  const parts: EngineParts = { ...rest, dispatch, leaseMs };
  const inProgress = createVideosInProgress();
  const stopping = new AbortController();
  let haltedBy: Failure | undefined;
  const drain = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const drained = aborted(drain);
  const host: EngineHost = {
    async submissionOf(video) {
      const submission = await parts.journal.submission(video);
      return submission && { ...submission, playlistUrl: inProgress.playlistUrlOf(video) ?? submission.playlistUrl };
    },
    async admitCrawl(_, signal) {
      await parts.batches.room(maxWaitingBatches, { signal });
      return undefined;
    },
    outlastsSilence: false,
    copiesFiles: true,
    admitBatch: () => undefined,
    onIdle(video, record) {
      if (inProgress.remove(video)) hooks.onState(video, stateOf(record), record.invalid);
    },
    halt(failure) {
      haltedBy ??= failure;
      stopping.abort();
    },
  };
  const context = createContext(parts, hooks, { host, drain });
  const workers = [startCrawlers(context), startPublishers(context), startTransfers(context, executor)];
  return {
    async crawl(video, { recheck, playlistUrl }) {
      await Promise.race([drained, parts.crawls.room(maxWaitingCrawls, { signal: drain }).catch(() => undefined)]);
      if (drain.aborted) return;
      inProgress.add(video, playlistUrl);
      await context.sendCrawl(video, { recheck });
    },
    idle: () => Promise.race([drained, inProgress.whenEmpty()]),
    halted: () => haltedBy,
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
