import type { Failure } from '../domain/failure.ts';
import { askedForMs, hasServerError, isThrottle, sideInTrouble } from '../domain/settle.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { attempt } from './attempt.ts';
import type { EngineContext } from './context.ts';

/** A step that concerns a whole video: the work itself, and what follows it. */
export interface VideoStep<T> {
  readonly kind: 'crawl' | 'publish';
  readonly run: () => Promise<T>;
  /** The side that has to respond for the step to succeed, and a probe that tells whether it responds at all. */
  readonly relyingOn: {
    readonly side: 'source' | 'store';
    /** For people: a host, or the destination. */
    readonly place: string;
    readonly answers: () => Promise<boolean>;
  };
  /** Called at the end. The value is undefined when the step failed for good or the run was halted. */
  readonly onEnd: (value: T | undefined) => Promise<void>;
}

/** Runs a step for its job, and settles the job: done, queued again after a delay, or handed back to another worker. */
export async function runVideoStep<T extends { readonly result: string }>(
  job: VideoJob,
  { kind, run, relyingOn, onEnd }: VideoStep<T>,
  { parts, hooks, host, newId, patience }: EngineContext,
  options: JobOptions,
): Promise<JobEnd> {
  const mayRecover = (failure: Failure): boolean =>
    host.outlastsSilence || failure.code === 'source.timeout' || hasServerError(failure);
  const isDown = async (failure: Failure): Promise<boolean> =>
    failure.code === 'source.silent' ||
    isThrottle(failure) ||
    (mayRecover(failure) && sideInTrouble(failure) === relyingOn.side && !(await relyingOn.answers()));
  const { video, generation, lease, stalledSince: since } = job;
  const work = { video, generation, lease, since, files: 0, places: [relyingOn.place] };
  const queue = kind === 'crawl' ? parts.crawls : parts.publications;
  const attempted = await attempt(
    job,
    {
      ...parts,
      queue,
      kind,
      newId,
      isDown,
      patienceLeft: (failure) => patience.left({ ...work, askedForMs: askedForMs(failure) }),
    },
    options,
    run,
  );
  if (attempted.result === 'refused') return { result: 'done' };
  if (attempted.result === 'postponed') {
    // Interrupted by a stop: hand the job to the next worker at once.
    if (attempted.delayMs === undefined) return { result: 'again', delayMs: 0 };
    hooks.onPostponed(job.video, attempted.delayMs, attempted.failure);
    return { result: 'done' };
  }
  const isDone = attempted.result === 'done';
  hooks.onVideoStep?.(kind, job.video, isDone ? attempted.value.result : attempted.result);
  if (isDone) patience.answered(job, () => [relyingOn.place]);
  if (attempted.result === 'halted') host.halt(attempted.failure);
  await onEnd(isDone ? attempted.value : undefined);
  return { result: 'done' };
}
