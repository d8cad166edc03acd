import { jobIdOf } from '../domain/batch.ts';
import { FlantsError, asWait, chargeOf, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { retryOf, videoLeaseOf } from '../domain/video-job.ts';
import { underLease } from '../ledger/keep-lease.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobOptions, JobQueue } from '../queue/job-queue.ts';

/** What became of a crawl or a publication. */
export type Attempted<T> =
  | { readonly result: 'done'; readonly value: T }
  /** Somebody else has it in hand, or the video has moved on. */
  | { readonly result: 'refused' }
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
  readonly leaseMs: number;
  readonly newId: () => string;
  /** Whether a failure is that of an origin or a destination that is down as a whole: then nothing is charged. Absent: nobody asks. */
  readonly isDown?: (failure: Failure) => Promise<boolean>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A job that so many processes were lost with costs its video a try: two may have ended for other reasons. */
const maxLost = 3;

/**
 * Runs a step of a whole video under its lease, and decides about trying again where it fails. One with which process
 * after process was lost fails as `worker.lost` without being run.
 */
export async function attempt<T>(
  job: VideoJob,
  ports: AttemptPorts,
  { signal, lost }: JobOptions,
  run: () => Promise<T>,
): Promise<Attempted<T>> {
  const { ledger, kind, leaseMs } = ports;
  const { video, generation } = job;
  try {
    const ran = await underLease(video, videoLeaseOf(job, kind, leaseMs), ledger, () => {
      if (lost >= maxLost)
        throw new FlantsError('worker.lost', `${lost} processes were lost ${doing[kind]} this video`);
      return run();
    });
    if (!ran) return { result: 'refused' };
    await ledger.release(video, job.lease);
    return { result: 'done', value: ran.value };
  } catch (error) {
    const met = failureOf(error);
    if (signal.aborted) return { result: 'postponed', failure: met };
    const failure = (await ports.isDown?.(met)) ? asWait(met) : met;
    if (chargeOf(failure) === 'halt' || failure.code === 'state.unusable') return { result: 'halted', failure };
    const retry = retryOf(job, failure, ports.random);
    if (retry) {
      await sendAgain(retry, job, ports);
      return { result: 'postponed', failure, delayMs: retry.delayMs };
    }
    // Whoever lost its claim may have failed because of who has it now: a video is not to be lost by that.
    if (!(await ledger.renew(video, job.lease, leaseMs))) return { result: 'refused' };
    await ledger.apply(video, { type: 'invalidate', generation, failure });
    await ledger.release(video, job.lease);
    return { result: 'invalid', failure };
  }
}

const doing = { crawl: 'crawling', publish: 'publishing' } as const;

async function sendAgain(
  retry: { readonly job: VideoJob; readonly delayMs: number },
  { lease }: VideoJob,
  { ledger, queue, kind, leaseMs, newId }: AttemptPorts,
): Promise<void> {
  const again: VideoJob = { ...retry.job, lease: `${kind}-${newId()}` };
  const { video, generation } = again;
  if (!(await ledger.pass(video, lease, [videoLeaseOf(again, kind, leaseMs + retry.delayMs)]))) return;
  await queue.add({
    id: jobIdOf(video, generation, again.lease),
    data: again,
    priority: 0,
    delayMs: retry.delayMs,
  });
}
