import type { CrawlerPorts } from '../crawler/crawl.ts';
import type { BatchJob, ExistingPolicy } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { minute } from '../domain/units.ts';
import type { RevisionDigest, Submission, VideoId, VideoState } from '../domain/video.ts';
import type { Executor } from '../executor/executor.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { SettledFailures } from '../transfer/settled-failures.ts';
import type { TokenLocator } from './token-locator.ts';

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

/** What the engine tells while it runs, and how it is ended. */
export interface EngineHooks {
  /** Aborted: finish what is in flight, take nothing more. */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight too. */
  readonly signal: AbortSignal;
  readonly onOutcome: (video: VideoId, outcome: Outcome) => void;
  readonly onFailures: (video: VideoId, failures: SettledFailures) => void;
  /** A crawl or a publication failed and comes again later. */
  readonly onPostponed: (video: VideoId, delayMs: number, failure: Failure) => void;
  /** A revision was sealed and registered; awaited before its first file goes out. */
  readonly onPlanned: (video: VideoId, counts: { readonly files: number; readonly documents: number }) => Promise<void>;
  readonly onState: (video: VideoId, state: VideoState, failure?: Failure) => void;
  readonly onWarning: (video: VideoId, message: string) => void;
}

/** What the workers of an engine share. */
export interface EngineContext {
  readonly parts: EngineParts;
  readonly hooks: EngineHooks;
  /** Aborted when no more is to be taken: drained, stopped or halted. */
  readonly drain: AbortSignal;
  readonly locator: TokenLocator;
  /** Looks up what a video is, with its token while it is under way. @throws {FlantsError} `state.unusable` for one that was never submitted */
  submissionOf(video: VideoId): Promise<Submission>;
  /** Digest of the plan that the source would give now. Throws as `planVideo`. */
  presentDigest(video: VideoId, signal: AbortSignal): Promise<RevisionDigest>;
  /** Gives a video its next step, or lets it rest. */
  moveOn(video: VideoId): Promise<void>;
  /** Sends a video to the crawlers, whatever its next step would be. */
  sendCrawl(video: VideoId, options: { readonly recheck: boolean }): Promise<void>;
  /** Ends the run for a failure that concerns all of it. */
  halt(failure: Failure): void;
}

/** Longer than any run: an embedded run is the sole owner of its state, and ends all leases when it starts. */
export const leaseMs = 24 * 60 * minute;
