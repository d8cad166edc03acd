import { backoffMs, jittered } from './waiting/backoff.ts';
import { chargeOf } from './failure.ts';
import type { Failure, FailureCode } from './failure.ts';
import type { Stall } from './waiting/patience.ts';
import { defaultRetryLimits } from './settle.ts';
import type { Generation, VideoId } from './video.ts';

/** A video to be crawled or published. */
export interface VideoJob extends Stall {
  readonly format: 1;
  readonly video: VideoId;
  /** A video of another generation needs this no more. */
  readonly generation: Generation;
  /** Id of the lease that carries it. */
  readonly lease: string;
  /** Attempts that failed before this one, and were charged. */
  readonly tries: number;
  /** Times in a row that it was sent away uncharged. */
  readonly waits: number;
  /** Ask for each file again, even if no playlist has changed. */
  readonly recheck: boolean;
  readonly fresh: boolean;
}

/** The claim on a whole video that a job holds, from when it is sent until it is done. */
export interface VideoLease<Kind extends 'crawl' | 'publish'> {
  readonly id: string;
  readonly generation: Generation;
  readonly kind: Kind;
  readonly files: readonly [];
  readonly ttlMs: number;
}

/** The lease that a job holds. */
export function videoLeaseOf<Kind extends 'crawl' | 'publish'>(
  { lease, generation }: VideoJob,
  kind: Kind,
  ttlMs: number,
): VideoLease<Kind> {
  return { id: lease, generation, kind, files: [], ttlMs };
}

/** How a playlist looks while its recording is written, or just before. Of a fresh video it may be whole a moment later. */
const unwritten: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'source.not-found', 'hls.empty', 'hls.malformed', 'hls.not-a-playlist',
]); // prettier-ignore

/**
 * What to do after a crawl or a publication failed: the job to add again and when, or undefined when it
 * has failed for good. The charges are those of files; a fresh video has its tries also where its playlist is unwritten.
 *
 * @param random - uniform in [0, 1), spreads the delays
 */
export function retryOf(
  job: VideoJob,
  failure: Failure,
  random: () => number,
): { readonly job: VideoJob; readonly delayMs: number } | undefined {
  const limits = defaultRetryLimits;
  const charge = job.fresh && unwritten.has(failure.code) ? 'try' : chargeOf(failure);
  if (charge !== 'try' && charge !== 'wait') return undefined;
  const isFree = charge === 'wait' && job.waits < limits.maxWaits;
  const next = isFree ? { ...job, waits: job.waits + 1 } : { ...job, tries: job.tries + 1, waits: 0 };
  if (next.tries >= limits.maxTries) return undefined;
  const delayMs = backoffMs(limits, isFree ? job.waits : job.tries);
  return { job: next, delayMs: Math.max(failure.retryAfterMs ?? 0, jittered(delayMs, random)) };
}
