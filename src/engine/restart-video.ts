import { sendVideo } from '../aggregator/advance.ts';
import { planRestart } from '../domain/restart-limit.ts';
import type { Failure } from '../domain/failure.ts';
import type { RestartReason } from '../domain/restart-limit.ts';
import type { Generation, VideoId } from '../domain/video.ts';
import type { EngineContext } from './context.ts';

/** Work on a video that turned out to be void. */
interface VoidWork {
  readonly video: VideoId;
  /** Whose work is void. */
  readonly generation: Generation;
  /** Why its playlists could not be read by who copies its files. */
  readonly unread?: Failure | undefined;
}

/**
 * Restarts a video whose work turned out to be void, counts the restart in the ledger, and gives up after too many.
 *
 * | reason         | the video                                    | then                                              |
 * |----------------|----------------------------------------------|---------------------------------------------------|
 * | any            | has a newer generation                       | takes its next step; nothing is counted           |
 * | source-changed | has a crawl or publication lease             | nothing: the holder of the lease takes it further |
 * | any            | has used up its restarts                     | becomes invalid                                   |
 * | source-changed | has some left                                | is crawled after a delay; its sender counts it    |
 * | reopened       | has some left                                | is counted and takes its next step                |
 */
export async function restartVideo(
  reason: RestartReason,
  { video, generation, unread }: VoidWork,
  { parts, newId, takeNextStep }: Pick<EngineContext, 'parts' | 'newId' | 'takeNextStep'>,
): Promise<void> {
  const { ledger, random } = parts;
  const record = await ledger.read(video);
  if (record?.generation !== generation) return takeNextStep(video);
  const isSourceChanged = reason === 'source-changed';
  // Several batches of a plan meet the same change of the source. It counts as one restart.
  if (isSourceChanged && (await ledger.leases(video)).some(({ kind }) => kind !== 'batch')) return;
  const restart = planRestart(reason, { ...record, unread }, random);
  if ('failure' in restart) {
    await ledger.apply(video, { type: 'invalidate', generation, failure: restart.failure });
    return takeNextStep(video);
  }
  const { count, delayMs } = restart;
  const isQueuedHere =
    !isSourceChanged || (await sendVideo(video, record, 'crawl', { ...parts, newId }, { recheck: false, delayMs }));
  if (isQueuedHere) await ledger.apply(video, { type: 'restart', generation, count });
  if (!isSourceChanged) await takeNextStep(video);
}
