import type { VideoId } from '../domain/video.ts';
import { startOver } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';
import type { OnRow } from './scan-pass.ts';

/** What taking up needs. */
export interface VideoStarterPorts extends RestorePorts {
  /** Fixes the rules of the library's keys, where none stand yet. */
  readonly settleRoot: (playlistUrl: string) => Promise<void>;
  /** Gives a video its next step. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** Has a video's source looked at, whatever its next step would be. */
  readonly sendCrawl: (video: VideoId, options: { readonly recheck: boolean }) => Promise<void>;
}

/**
 * What a scan does about the rows that it sees.
 *
 * | row                                | ledger              | what is done                                          |
 * |------------------------------------|---------------------|-------------------------------------------------------|
 * | of the backlog, new or unchanged   | any                 | nothing: it waits for the intake                      |
 * | fresh, unchanged                   | knows it            | nothing                                               |
 * | fresh, unchanged                   | does not, published | nothing                                               |
 * | fresh                              | does not            | taken up at once                                      |
 * | names another playlist than before | any                 | starts anew without its plan, whatever is under way   |
 * | changed otherwise                  | any                 | looked at again at once; an invalid one starts anew   |
 *
 * What a crash leaves undone of that the intake finds, and of a published video the next look at its source.
 */
export function createVideoStarter(ports: VideoStarterPorts): OnRow {
  const { journal, ledger, newGeneration, settleRoot, takeNextStep, sendCrawl } = ports;
  return async ({ id, playlistUrl }, { isFresh, hasChanged, hasMoved }) => {
    await settleRoot(playlistUrl);
    if (!isFresh && !hasChanged) return;
    if (hasMoved) {
      await startOver(id, ports);
      return takeNextStep(id);
    }
    const known = await ledger.read(id);
    if (!hasChanged && (known || (await journal.publication(id)))) return;
    const record = known ?? (await restoreVideo(id, ports));
    if (!record) return;
    if (record.invalid) await ledger.apply(id, { type: 'open', seen: record.generation, generation: newGeneration() });
    if (record.revision !== undefined && !record.hold) await sendCrawl(id, { recheck: false });
    else await takeNextStep(id);
  };
}
