import type { Failure } from '../domain/failure.ts';
import { maxFilesOfBatch } from '../domain/batch.ts';
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

/** What a run of the whole engine is composed of. */
export type RunParts = Omit<EngineParts, 'dispatch' | 'leaseMs'> & { readonly executor: Executor };

/** What a run is told. */
export interface RunHooks extends EngineHooks {
  /** A video that was under way in this run rests. */
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
}

const maxWaitingCrawls = 256;
/** Crawls wait while this many batches do: memory holds the work in flight, not the library. */
const maxWaitingBatches = 16;

/** Longer than any run: it is the sole owner of its state, and ends all leases when it starts. */
const leaseMs = 24 * 60 * minute;

/** Runs all services in this process, until every video that it is given rests. */
export function startEngine({ executor, ...rest }: RunParts, hooks: RunHooks): Engine {
  const lanes = executor.concurrency;
  const dispatch = { maxFiles: maxFilesOfBatch, maxBatchesOfVideo: 2 * lanes, lanes };
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
    outlastsOutages: false,
    copiesFiles: true,
    admitBatch: () => undefined,
    onRest(video, record) {
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
