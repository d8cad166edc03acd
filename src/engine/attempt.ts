import { bandOfRetry, jobIdOf } from '../domain/batch.ts';
import { FlantsError, asWait, chargeOf, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { stalledLeaseId, withStall } from '../domain/waiting/patience.ts';
import type { Patience, PatienceLeft } from '../domain/waiting/patience.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { askedForMs } from '../domain/settle.ts';
import { retryOf, videoLeaseOf } from '../domain/video-job.ts';
import { underLease } from '../ledger/keep-lease.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobOptions, JobQueue } from '../queue/job-queue.ts';

/** How an attempt at a crawl or publication ended. */
export type Attempted<T> =
  | { readonly result: 'done'; readonly value: T }
  /** The lease was refused: another process holds it, or the video has a newer generation. */
  | { readonly result: 'refused' }
  /** Queued again after `delayMs`. Without a delay it was interrupted, and its job has to be handed back. */
  | { readonly result: 'postponed'; readonly failure: Failure; readonly delayMs?: number }
  /** Failed for good. The failure is in the ledger. */
  | { readonly result: 'invalid'; readonly failure: Failure }
  /** A failure that concerns every video, so that trying others is pointless. */
  | { readonly result: 'halted'; readonly failure: Failure };

/** Ports and settings of an attempt. */
export interface AttemptPorts {
  readonly ledger: Ledger;
  /** The queue that delivered the job. A retry goes back to it. */
  readonly queue: JobQueue<VideoJob>;
  readonly kind: 'crawl' | 'publish';
  readonly leaseMs: number;
  readonly newId: () => string;
  /** Whether the failure means that the whole origin or destination is down, which costs no try. */
  readonly isDown: (failure: Failure) => Promise<boolean>;
  /** As of `Patience`, for this job. Asked when something is down. */
  readonly patienceLeft: (failure: Failure) => ReturnType<Patience['left']>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Deliveries of a job whose process died before the job is blamed. Two processes may have died for other reasons. */
const maxLost = 3;

/**
 * Runs a step of a whole video (a crawl or a publication) under its lease. When it fails, decides whether to retry it,
 * wait, invalidate the video, or halt. A job that has outlived several dead processes fails as `worker.lost` without
 * being run once more.
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
    const original = failureOf(error);
    if (signal.aborted) return { result: 'postponed', failure: original };
    const isDown = await ports.isDown(original);
    const left = isDown ? await ports.patienceLeft(original) : undefined;
    const isGivenUp = left?.leftMs === 0;
    const failure = isDown && !isGivenUp ? asWait(original) : original;
    if (chargeOf(failure) === 'halt' || failure.code === 'state.unusable') return { result: 'halted', failure };
    const retry = isGivenUp ? undefined : retryOf(job, failure, ports.random);
    if (retry) {
      const delayMs = Math.max(askedForMs(original), Math.min(retry.delayMs, left?.leftMs ?? Infinity));
      await queueRetry({ job: retry.job, delayMs, isStalled: isDown, left }, job, ports);
      return { result: 'postponed', failure, delayMs };
    }
    // If the lease is lost, the process that now holds it may have caused this failure: do not invalidate the video.
    if (!(await ledger.renew(video, job.lease, leaseMs))) return { result: 'refused' };
    await ledger.apply(video, { type: 'invalidate', generation, failure });
    await ledger.release(video, job.lease);
    return { result: 'invalid', failure };
  }
}

const doing = { crawl: 'crawling', publish: 'publishing' } as const;

interface Retry {
  readonly job: VideoJob;
  readonly delayMs: number;
  readonly isStalled: boolean;
  readonly left: PatienceLeft | undefined;
}

async function queueRetry(
  retry: Retry,
  { lease: before }: VideoJob,
  { ledger, queue, kind, leaseMs, newId, now }: AttemptPorts,
): Promise<void> {
  const id = `${kind}-${newId()}`;
  const lease = retry.isStalled ? stalledLeaseId(id) : id;
  const retryJob: VideoJob = { ...withStall(retry.job, retry.left, now()), lease };
  const { video, generation } = retryJob;
  if (!(await ledger.pass(video, before, [videoLeaseOf(retryJob, kind, leaseMs + retry.delayMs)]))) return;
  await queue.add({
    id: jobIdOf(video, generation, lease),
    data: retryJob,
    priority: bandOfRetry(retryJob),
    delayMs: retry.delayMs,
  });
}
