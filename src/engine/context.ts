import type { DispatchLimits } from '../aggregator/advance.ts';
import { planVideo } from '../crawler/crawl.ts';
import type { CrawlerPorts } from '../crawler/crawl.ts';
import type { BatchJob, ExistingPolicy } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { RevisionDigest, Submission, VideoId, VideoRecord } from '../domain/video.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BatchResult } from '../transfer/run-batch.ts';
import type { SettledFailures } from '../transfer/settled-failures.ts';
import { createStepDriver, leaseIds } from './step-driver.ts';
import type { StepDriver } from './step-driver.ts';
import { createTokenLocator } from './token-locator.ts';
import type { Replan, TokenLocator } from './token-locator.ts';

/** Everything the engine is composed of, but for the executor; which adapters stand behind the ports is not its concern. */
export interface EngineParts extends CrawlerPorts {
  readonly store: ObjectStore;
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  readonly dispatch: DispatchLimits;
  /** How long a claim on work outlives whoever made it. */
  readonly leaseMs: number;
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
  readonly onWarning: (video: VideoId, message: string) => void;
  /** A batch has been run. */
  readonly onBatch?: (job: BatchJob, ran: NonNullable<BatchResult['ran']>, durationMs: number) => void;
  /** A crawl or a publication came to an end; `result` is a word of theirs, or `invalid`. */
  readonly onVideoStep?: (kind: 'crawl' | 'publish', video: VideoId, result: string) => void;
}

/** What the engine asks of whoever runs it. */
export interface EngineHost {
  /** What a video is, with the token of its URL where one is known; undefined for one that was never submitted, or purged. */
  submissionOf(video: VideoId): Promise<Submission | undefined>;
  /** Waits until the crawlers may add to what is waiting to be copied, or says that the job is to come again after so long. */
  admitCrawl(job: VideoJob, signal: AbortSignal): Promise<{ readonly againAfterMs: number } | undefined>;
  /** Crawls and publications wait for an origin or a destination that is down, as files do; else they fail after their tries. */
  readonly outlastsOutages: boolean;
  /** Batches are copied here too, so that URLs with tokens which a crawl has read are kept for them. */
  readonly copiesFiles: boolean;
  /** Says that a batch is not to be copied now, but after so long. */
  admitBatch(job: BatchJob): { readonly againAfterMs: number } | undefined;
  /** A video needs nothing more for now. */
  onRest(video: VideoId, record: VideoRecord): Promise<void> | void;
  /** A failure that concerns all videos: the run ends, or rests for a while. */
  halt(failure: Failure): void;
}

/** What the workers of an engine share. */
export interface EngineContext extends StepDriver {
  readonly parts: EngineParts;
  readonly hooks: EngineHooks;
  readonly host: EngineHost;
  /** Makes ids of leases unique for all time. */
  readonly newId: () => string;
  /** Aborted when no more is to be taken: drained, stopped or halted. */
  readonly drain: AbortSignal;
  readonly locator: TokenLocator;
  /** Digest of the plan that the source would give now. Throws as `planVideo`. */
  presentDigest(video: VideoId, signal: AbortSignal): Promise<RevisionDigest>;
}

/** Puts together what workers share. */
export function createContext(
  parts: EngineParts,
  hooks: EngineHooks,
  { host, drain }: { readonly host: EngineHost; readonly drain: AbortSignal },
): EngineContext {
  const newId = leaseIds(parts.newGeneration);
  const replan: Replan = async (video, signal) => {
    const submission = await host.submissionOf(video);
    if (!submission) throw new FlantsError('state.unusable', `the journal does not know the video ${video}`);
    const { revision, fetchUrls } = await planVideo(submission, parts, { signal });
    return { digest: revision.digest, fetchUrls };
  };
  const locator = createTokenLocator({ replan, journal: parts.journal, now: parts.now });
  const stepDriver = createStepDriver(
    { ...parts, limits: parts.dispatch, newId },
    {
      drain,
      async onRest(video, record) {
        locator.forget(video);
        await host.onRest(video, record);
      },
    },
  );
  return {
    ...stepDriver,
    parts,
    hooks,
    host,
    newId,
    drain,
    locator,
    presentDigest: async (video, signal) => (await replan(video, signal)).digest,
  };
}
