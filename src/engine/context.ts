import type { Cdn } from '../cdn/cdn.ts';
import type { DispatchLimits } from '../aggregator/advance.ts';
import { planVideo } from '../crawler/plan-video.ts';
import type { CrawlerPorts } from '../crawler/crawl.ts';
import type { BatchJob, ExistingPolicy } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import type { Live } from '../domain/live.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { RevisionDigest, Submission, VideoId, VideoRecord } from '../domain/video.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { bucketOfSubmission, withOwnBucket } from '../storage/own-bucket.ts';
import { breakSilence, insisting } from '../storage/circuit-breaker.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import type { BatchResult } from '../transfer/run-batch.ts';
import type { SettledFailures } from '../transfer/settled-failures.ts';
import { createPatience } from './patience.ts';
import type { PatiencePorts, Waiting, WatchedPatience } from './patience.ts';
import { createStepDriver, leaseIds } from './step-driver.ts';
import type { StepDriver } from './step-driver.ts';
import { GrantCache } from './grant-cache.ts';
import { paceOrigins } from '../storage/paced-source.ts';
import { LargeReadings } from '../storage/large-readings.ts';
import { createTokenLocator } from './token-locator.ts';
import type { Locator } from '../storage/locator.ts';
import type { Replan } from './token-locator.ts';

/** Ports and settings of the engine, except the executor. The engine does not know which adapters they are. */
export interface EngineParts extends CrawlerPorts {
  readonly store: ObjectStore;
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  /** Told of what is replaced. Absent: nobody is. */
  readonly cdn?: Cdn;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  readonly dispatch: DispatchLimits;
  /** How long a lease outlives the process that took it. */
  readonly leaseMs: number;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Callbacks of a running engine, and the signals that stop it. */
export interface EngineHooks {
  /** Once aborted, files in flight are finished and no more work is taken. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
  readonly onOutcome: (video: VideoId, outcome: Outcome) => void;
  readonly onFailures: (video: VideoId, failures: SettledFailures) => void;
  /** A crawl or publication failed and is retried after the delay. */
  readonly onPostponed: (video: VideoId, delayMs: number, failure: Failure) => void;
  /** A revision was sealed and registered. Awaited before its first file is sent. */
  readonly onPlanned: (video: VideoId, counts: { readonly files: number; readonly documents: number }) => Promise<void>;
  readonly onWarning: (video: VideoId, message: string) => void;
  /** The CDN was told of so many paths of a video that was published. */
  readonly onInvalidated?: (video: VideoId, paths: number) => void;
  /** So many files that were told as unchanged are missing or replaced at the destination. Other outcomes follow. */
  readonly onReopened?: (video: VideoId, unchanged: number) => void;
  /** Work waits for a source or destination that is down. `video` is one whose work that is, or empty. */
  readonly onWaiting: (waiting: Waiting, video: VideoId) => void;
  /** A batch has ended. */
  readonly onBatch?: (job: BatchJob, ran: NonNullable<BatchResult['ran']>, durationMs: number) => void;
  /** A crawl or publication has ended. `result` is its own result word, or `invalid` or `halted`. */
  readonly onVideoStep?: (kind: 'crawl' | 'publish', video: VideoId, result: string) => void;
}

/** A delay after which a job is to be delivered again. Undefined: none. */
export type Postponed = { readonly againAfterMs: number } | undefined;

/** What became of the files of a batch, as far as the journal knows. */
export interface BatchOutcomes {
  /** Of this delivery. */
  readonly outcomes: readonly Outcome[];
  /** Those that an earlier delivery has left in the journal. */
  readonly known: readonly Outcome[];
}

/** What the engine leaves to the process that hosts it: the embedded run and the cluster decide these differently. */
export interface EngineHost {
  /** The submission of a video, as the journal stores it. Undefined if never submitted, or purged. */
  submissionOf(video: VideoId): Promise<Submission | undefined>;
  /**
   * A submission with the tokens of its URLs, where they are known.
   *
   * @throws {FlantsError} `catalogue.silent` where they cannot be asked for now
   */
  withTokens(submission: Submission): Promise<Submission>;
  /** Resolves when the crawl may start, or with a delay after which the job should be delivered again. */
  admitCrawl(job: VideoJob, signal: AbortSignal): Promise<Postponed>;
  /**
   * Whether crawls and publications wait while origin or destination cannot be reached at all, as a mistyped host never
   * can. If not, they fail after their tries. They always wait out time-outs and server errors of the whole side.
   */
  readonly outlastsSilence: boolean;
  /**
   * Keeps what crawls were granted, for the engines of this process that copy files. Absent: none does, and nobody would ask.
   */
  readonly grants?: GrantCache;
  /** Shared by all engines of a process. Absent: this one is the only one. */
  readonly largeReadings?: LargeReadings;
  /** Whether there is no other video to leave places to. Absent: nobody knows. */
  readonly hasOneVideo?: () => boolean;
  /** A delay after which to deliver the batch again. Undefined: copy it now. */
  admitBatch(job: BatchJob): Postponed | Promise<Postponed>;
  /** Called once a batch that was admitted has ended, and its video was sent on. Awaited. */
  readonly onBatchEnd?: (job: BatchJob, outcomes: BatchOutcomes) => Promise<void> | void;
  /** Bounds how long work waits for a source or destination that is down. */
  readonly patience: Pick<PatiencePorts, 'patienceMs' | 'scopeOf'>;
  /**
   * Called when a look has found that a recording is not over. Returns a delay after which to look again, until when the
   * video stays in progress here. Undefined: it comes to rest, and who looks again is the host's business.
   */
  onLive(video: VideoId, record: VideoRecord, live: Live): Promise<number | undefined>;
  /** Called when a video has no next step for now. */
  onIdle(video: VideoId, record: VideoRecord): Promise<void> | void;
  /** Called when a video has no next step because it was purged. Absent: nobody waits for its end. */
  onGone?(video: VideoId): void;
  /** A failure that concerns every video. The host ends the run, or pauses it for a while. */
  halt(failure: Failure): void;
}

/** State and functions that the workers of one engine share. */
export interface EngineContext extends StepDriver {
  readonly parts: EngineParts;
  readonly hooks: EngineHooks;
  readonly host: EngineHost;
  /** Generates lease ids, see `leaseIds`. */
  readonly newId: () => string;
  /** Aborted when no more work is taken: the engine was drained, stopped or halted. */
  readonly drain: AbortSignal;
  readonly locator: Locator;
  readonly patience: WatchedPatience;
  /** The source for readings of whole videos: it leaves origins alone that are silent. */
  readonly crawlSource: Source;
  readonly largeReadings: LargeReadings;
  /** Crawls the video and returns the digest of its present plan, without sealing it. Throws as `planVideo`. */
  presentDigest(video: VideoId, signal: AbortSignal): Promise<RevisionDigest>;
}

/** Creates the context that the workers of one engine share. */
export function createContext(
  parts: EngineParts,
  hooks: EngineHooks,
  { host, drain }: { readonly host: EngineHost; readonly drain: AbortSignal },
): EngineContext {
  const newId = leaseIds(parts.newGeneration);
  const crawlSource = paceOrigins(breakSilence(parts.source));
  const largeReadings = host.largeReadings ?? new LargeReadings();
  const replan: Replan = async (video, { insists = false, signal }) => {
    const submission = await host.submissionOf(video);
    if (!submission) throw new FlantsError('state.unusable', `the journal does not know the video ${video}`);
    const { journal, ledger } = parts;
    const source = withOwnBucket(insisting(crawlSource, insists), bucketOfSubmission(submission));
    const present = (await ledger.read(video))?.revision;
    const header = present === undefined ? undefined : await journal.revision(video, present);
    const tokened = await host.withTokens(submission);
    return largeReadings.run(source, async (reading) => {
      const ports = { ...parts, source: reading };
      const { revision, ...grants } = await planVideo(tokened, ports, { present: header, signal });
      return { digest: revision.digest, ...grants };
    });
  };
  const grants = host.grants ?? new GrantCache();
  const locator = createTokenLocator({ replan, journal: parts.journal, grants, now: parts.now });
  const stepDriver = createStepDriver(
    { ...parts, limits: parts.dispatch, newId },
    {
      drain,
      async onIdle(video, record) {
        grants.forget(video);
        await host.onIdle(video, record);
      },
      onGone(video) {
        grants.forget(video);
        host.onGone?.(video);
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
    patience: createPatience({ ...host.patience, ledger: parts.ledger, onWaiting: hooks.onWaiting, now: parts.now }),
    crawlSource,
    largeReadings,
    presentDigest: async (video, signal) => (await replan(video, { insists: true, signal })).digest,
  };
}
