import { formatCounted } from '../domain/report/amount-text.ts';
import { destinationPlace } from '../domain/waiting/patience.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { publishVideo } from '../publisher/publish.ts';
import { isTakingWrites } from '../storage/probe/reachability.ts';
import type { EngineContext } from './context.ts';
import { restartVideo } from './restart-video.ts';
import { runVideoStep } from './video-step.ts';

/** Publishes one video and sends its next step, or restarts it if files have vanished or the source has changed. */
export async function publicationStep(job: VideoJob, context: EngineContext, options: JobOptions): Promise<JobEnd> {
  const { signal } = options;
  const { parts, hooks } = context;
  const { video } = job;
  return runVideoStep(
    job,
    {
      kind: 'publish',
      run: () => publishVideo(video, { ...parts, replan: () => context.presentDigest(video, signal) }, signal),
      relyingOn: { side: 'store', place: destinationPlace, answers: () => isTakingWrites(parts.store, signal) },
      async onEnd(published) {
        if (published?.result === 'published' && published.invalidatedPaths > 0) {
          hooks.onInvalidated?.(video, published.invalidatedPaths);
        }
        if (published?.result === 'reopened') {
          const files = formatCounted(published.files, 'file');
          hooks.onReopened?.(video, published.unchanged);
          hooks.onWarning(video, `${files} vanished from the destination or changed there: copied again`);
        }
        const needsRestart = published?.result === 'reopened' || published?.result === 'source-changed';
        if (needsRestart) await restartVideo(published.result, job, context);
        else await context.takeNextStep(video);
      },
    },
    context,
    options,
  );
}
