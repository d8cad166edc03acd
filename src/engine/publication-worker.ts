import type { VideoJob } from '../domain/video-job.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { publishVideo } from '../publisher/publish.ts';
import { takesRequests } from '../storage/answers.ts';
import type { EngineContext } from './context.ts';
import { overcome } from './restart-video.ts';
import { workVideo } from './video-step.ts';

/** Publishes one video, and has it go on from what came of that. */
export async function workPublication(job: VideoJob, context: EngineContext, options: JobOptions): Promise<JobEnd> {
  const { signal } = options;
  const { parts, hooks } = context;
  const { video } = job;
  return workVideo(
    job,
    {
      kind: 'publish',
      run: () => publishVideo(video, { ...parts, replan: () => context.presentDigest(video, signal) }, signal),
      relyingOn: { side: 'store', answers: () => takesRequests(parts.store, signal) },
      async onEnd(published) {
        if (published?.result === 'reopened') {
          hooks.onWarning(video, `${published.files} files had vanished from the destination and are copied again`);
        }
        const isSetback = published?.result === 'reopened' || published?.result === 'source-changed';
        if (isSetback) await overcome(published.result, job, context);
        else await context.moveOn(video);
      },
    },
    context,
    options,
  );
}
