import { failureWith } from '../domain/failure.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { VideoId } from '../domain/video.ts';
import { publishVideo } from '../publisher/publish.ts';
import { attempt } from './attempt.ts';
import type { EngineContext } from './engine-context.ts';

/** A source whose playlists differ at every look has no plan that could be finished. */
const maxSourceChanges = 5;

/** Makes the worker that publishes videos; it remembers whose source keeps changing. */
export function createPublicationWorker(context: EngineContext): (job: VideoJob, signal: AbortSignal) => Promise<void> {
  const { parts, hooks } = context;
  const sourceChanges = new Map<VideoId, number>();

  return async (job, signal) => {
    const { video } = job;
    const record = await parts.ledger.read(video);
    if (!record) return;
    const ports = { ledger: parts.ledger, queue: parts.publications, kind: 'publish', random: parts.random } as const;
    const attempted = await attempt(job, record, ports, signal, () => publishVideo(video, parts, signal));
    if (attempted.result === 'postponed') {
      if (attempted.delayMs !== undefined) hooks.onPostponed(video, attempted.delayMs, attempted.failure);
      return;
    }
    if (attempted.result === 'halted') context.halt(attempted.failure);
    const published = attempted.result === 'done' ? attempted.value : undefined;
    if (published?.result === 'published') sourceChanges.delete(video);
    if (published?.result === 'reopened') {
      hooks.onWarning(video, `${published.files} files had vanished from the destination and are copied again`);
    }
    if (published?.result === 'source-changed') {
      const changes = (sourceChanges.get(video) ?? 0) + 1;
      sourceChanges.set(video, changes);
      if (changes <= maxSourceChanges) return context.sendCrawl(video, { recheck: false });
      const failure = failureWith('source.changed', `the playlists of ${video} are different each time they are read`);
      await parts.ledger.apply(video, { type: 'invalidate', generation: record.generation, failure });
    }
    await context.moveOn(video);
  };
}
