import { failureWith } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { silentSide } from '../domain/settle.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { JobEnd } from '../queue/job-queue.ts';
import { publishVideo } from '../publisher/publish.ts';
import { takesRequests } from '../storage/answers.ts';
import { attempt } from './attempt.ts';
import type { AttemptPorts } from './attempt.ts';
import type { EngineContext } from './engine-context.ts';

/** A source whose playlists differ at every look has no plan that could be finished, and a leaky destination no whole copy. */
const maxSetbacks = 5;

const done: JobEnd = { result: 'done' };

/** Why a whole video could not be published this time. */
type Setback = 'source-changed' | 'reopened';

const lastWords: Readonly<Record<Setback, Failure>> = {
  'source-changed': failureWith('source.changed', 'its playlists are different each time they are read'),
  reopened: failureWith('store.status', 'its files vanish from the destination each time they are copied'),
};

/** Makes the worker that publishes videos; it remembers who had setbacks, and gives up on those that have too many. */
export function createPublicationWorker(
  context: EngineContext,
): (job: VideoJob, signal: AbortSignal) => Promise<JobEnd> {
  const { parts, hooks, host, newId } = context;
  const setbacks = new Map<VideoId, number>();

  const overcome = async (video: VideoId, record: VideoRecord, setback: Setback): Promise<void> => {
    const count = (setbacks.get(video) ?? 0) + 1;
    setbacks.set(video, count);
    if (count < maxSetbacks) {
      if (setback === 'source-changed') return context.sendCrawl(video, { recheck: false });
    } else {
      setbacks.delete(video);
      await parts.ledger.apply(video, {
        type: 'invalidate',
        generation: record.generation,
        failure: lastWords[setback],
      });
    }
    await context.moveOn(video);
  };

  return async (job, signal) => {
    const { video } = job;
    const record = await parts.ledger.read(video);
    if (!record) return done;
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
    const attempted = await attempt(job, ports, signal, () => publishVideo(video, { ...parts, replan }, signal));
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
      await overcome(video, record, published.result);
      return done;
    }
    setbacks.delete(video);
    await context.moveOn(video);
    return done;
  };
}
