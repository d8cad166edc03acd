import type { Failure } from '../domain/failure.ts';
import { silentSide } from '../domain/settle.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { attempt } from './attempt.ts';
import type { EngineContext } from './context.ts';

/** A step of a whole video: what it does, and what is done about what came of it. */
export interface VideoStep<T> {
  readonly kind: 'crawl' | 'publish';
  readonly run: () => Promise<T>;
  /** Who must answer for it to succeed, and whether it answers anybody. */
  readonly relyingOn: { readonly side: 'source' | 'store'; readonly answers: () => Promise<boolean> };
  /** What to do once it is over: undefined where it failed for good, or the run cannot go on. */
  readonly onEnd: (value: T | undefined) => Promise<void>;
}

/** Works such a step as its job says: tries again, waits, hands back or lets go where that is due. */
export async function runVideoStep<T extends { readonly result: string }>(
  job: VideoJob,
  { kind, run, relyingOn, onEnd }: VideoStep<T>,
  { parts, hooks, host, newId }: EngineContext,
  options: JobOptions,
): Promise<JobEnd> {
  const isDown = async (failure: Failure): Promise<boolean> =>
    host.outlastsOutages && silentSide(failure) === relyingOn.side && !(await relyingOn.answers());
  const queue = kind === 'crawl' ? parts.crawls : parts.publications;
  const attempted = await attempt(job, { ...parts, queue, kind, newId, isDown }, options, run);
  if (attempted.result === 'refused') return { result: 'done' };
  if (attempted.result === 'postponed') {
    // Stopped in the middle: it is for whoever works next.
    if (attempted.delayMs === undefined) return { result: 'again', delayMs: 0 };
    hooks.onPostponed(job.video, attempted.delayMs, attempted.failure);
    return { result: 'done' };
  }
  const isDone = attempted.result === 'done';
  hooks.onVideoStep?.(kind, job.video, isDone ? attempted.value.result : attempted.result);
  if (attempted.result === 'halted') host.halt(attempted.failure);
  await onEnd(isDone ? attempted.value : undefined);
  return { result: 'done' };
}
