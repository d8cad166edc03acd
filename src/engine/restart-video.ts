import { sendVideo } from '../aggregator/advance.ts';
import { planRestart } from '../domain/restart-limit.ts';
import type { RestartReason } from '../domain/restart-limit.ts';
import type { Generation, VideoId } from '../domain/video.ts';
import type { EngineContext } from './context.ts';

/**
 * Counts a setback of a video in the ledger, and has it go on from there.
 *
 * | setback        | the video                                    | then                                              |
 * |----------------|----------------------------------------------|---------------------------------------------------|
 * | any            | has another generation by now                | its next step, nothing is counted                 |
 * | source-changed | is claimed as a whole                        | nothing: whoever claimed it moves it on           |
 * | any            | has had its last one                         | invalid                                           |
 * | source-changed | has not                                      | a crawl after a delay, and counted by who sent it |
 * | reopened       | has not                                      | counted, its next step                            |
 *
 * @param generation - of the work that met the setback
 */
export async function restartVideo(
  setback: RestartReason,
  { video, generation }: { readonly video: VideoId; readonly generation: Generation },
  { parts, newId, takeNextStep }: Pick<EngineContext, 'parts' | 'newId' | 'takeNextStep'>,
): Promise<void> {
  const { ledger, random } = parts;
  const record = await ledger.read(video);
  if (record?.generation !== generation) return takeNextStep(video);
  const isSourceChanged = setback === 'source-changed';
  // Many batches of one plan meet the same change: it is one setback.
  if (isSourceChanged && (await ledger.leases(video)).some(({ kind }) => kind !== 'batch')) return;
  const recovery = planRestart(setback, record, random);
  if ('failure' in recovery) {
    await ledger.apply(video, { type: 'invalidate', generation, failure: recovery.failure });
    return takeNextStep(video);
  }
  const { count, delayMs } = recovery;
  const isMine =
    !isSourceChanged || (await sendVideo(video, record, 'crawl', { ...parts, newId }, { recheck: false, delayMs }));
  if (isMine) await ledger.apply(video, { type: 'restart', generation, count });
  if (!isSourceChanged) await takeNextStep(video);
}
