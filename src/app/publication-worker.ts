import type { Failure } from '../domain/failure.ts';
import { silentSide } from '../domain/settle.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { RevisionDigest } from '../domain/video.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { publishVideo } from '../publisher/publish.ts';
import { takesRequests } from '../storage/answers.ts';
import { attempt } from './attempt.ts';
import type { AttemptPorts } from './attempt.ts';
import type { EngineContext } from './engine-context.ts';
import { overcome } from './setbacks.ts';

const done: JobEnd = { result: 'done' };

/** Publishes one video, and has it go on from what came of that. */
export async function workPublication(job: VideoJob, context: EngineContext, options: JobOptions): Promise<JobEnd> {
  const { signal } = options;
  const { parts, hooks, host, newId } = context;
  const { video } = job;
  const replan = (): Promise<RevisionDigest> => context.presentDigest(video, signal);
  const isDown = async (failure: Failure): Promise<boolean> =>
    silentSide(failure) === 'store' && !(await takesRequests(parts.store, signal));
  const ports: AttemptPorts = {
    ...parts,
    queue: parts.publications,
    kind: 'publish',
    newId,
    ...(host.outlastsOutages ? { isDown } : {}),
  };
  const attempted = await attempt(job, ports, options, () => publishVideo(video, { ...parts, replan }, signal));
  if (attempted.result === 'refused') return done;
  if (attempted.result === 'postponed') {
    // Stopped in the middle: it is for whoever works next.
    if (attempted.delayMs === undefined) return { result: 'again', delayMs: 0 };
    hooks.onPostponed(video, attempted.delayMs, attempted.failure);
    return done;
  }
  hooks.onVideoWork?.('publish', video, attempted.result === 'done' ? attempted.value.result : attempted.result);
  if (attempted.result === 'halted') host.halt(attempted.failure);
  const published = attempted.result === 'done' ? attempted.value : undefined;
  if (published?.result === 'reopened') {
    hooks.onWarning(video, `${published.files} files had vanished from the destination and are copied again`);
  }
  if (published?.result === 'reopened' || published?.result === 'source-changed') {
    await overcome(published.result, job, context);
    return done;
  }
  await context.moveOn(video);
  return done;
}
