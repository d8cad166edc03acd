import { jobIdOf } from '../domain/batch.ts';
import { chargeOf, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { retryOf } from '../domain/video-job.ts';
import type { VideoRecord } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';

/** What became of a crawl or a publication. */
export type Attempted<T> =
  | { readonly result: 'done'; readonly value: T }
  /** It comes again after `delayMs`; without that it was stopped, and is found again by reconciliation. */
  | { readonly result: 'postponed'; readonly failure: Failure; readonly delayMs?: number }
  /** Failed for good; the ledger says why. */
  | { readonly result: 'invalid'; readonly failure: Failure }
  /** The run cannot go on. */
  | { readonly result: 'halted'; readonly failure: Failure };

/** What an attempt needs. */
export interface AttemptPorts {
  readonly ledger: Ledger;
  /** Where the job came from, and goes to again. */
  readonly queue: JobQueue<VideoJob>;
  readonly kind: 'crawl' | 'publish';
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Runs a step of a whole video under its lease, and decides about trying again where it fails. */
export async function attempt<T>(
  job: VideoJob,
  record: VideoRecord,
  { ledger, queue, kind, random }: AttemptPorts,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<Attempted<T>> {
  const { video } = job;
  try {
    const value = await run();
    await ledger.release(video, kind);
    return { result: 'done', value };
  } catch (error) {
    const failure = failureOf(error);
    if (signal.aborted) return { result: 'postponed', failure };
    if (chargeOf(failure) === 'halt' || failure.code === 'state.unusable') return { result: 'halted', failure };
    const retry = retryOf(job, failure, random);
    if (retry) {
      const id = jobIdOf(video, record.generation, `${kind}/${retry.job.tries}.${retry.job.waits}`);
      await queue.add({ id, data: retry.job, priority: 0, delayMs: retry.delayMs });
      return { result: 'postponed', failure, delayMs: retry.delayMs };
    }
    await ledger.apply(video, { type: 'invalidate', generation: record.generation, failure });
    await ledger.release(video, kind);
    return { result: 'invalid', failure };
  }
}
