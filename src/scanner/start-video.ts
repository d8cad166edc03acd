import type { VideoId } from '../domain/video.ts';
import { startOver } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';
import type { OnRow } from './scan-pass.ts';

/** Ports for starting videos. */
export interface VideoStarterPorts extends RestorePorts {
  /** Fixes the rules for keys, if this is the library's first video. */
  readonly initializeKeyRules: (playlistUrl: string) => Promise<void>;
  /** Sends the video's next step to its queue. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** Queues a crawl, whatever the next step would be. */
  readonly sendCrawl: (video: VideoId, options: { readonly recheck: boolean }) => Promise<unknown>;
}

/**
 * Creates the function that starts those videos of a scan that must not wait for admission: fresh and changed ones.
 *
 * | row                                | ledger              | action                                                |
 * |------------------------------------|---------------------|-------------------------------------------------------|
 * | of the backlog, new or unchanged   | any                 | none: the video waits for admission                   |
 * | fresh, unchanged                   | has the video       | none                                                  |
 * | fresh, unchanged                   | does not, published | none                                                  |
 * | fresh                              | does not            | admitted at once                                      |
 * | names another playlist than before | any                 | starts over without its plan, voiding work in progress |
 * | changed otherwise                  | any                 | crawled at once, a live one too; an invalid video gets a fresh start |
 *
 * Work that a crash leaves undone is found by the next admission pass or, for a published video, by the next delta
 * pass.
 */
export function createVideoStarter(ports: VideoStarterPorts): OnRow {
  const { journal, ledger, newGeneration, initializeKeyRules, takeNextStep, sendCrawl } = ports;
  return async ({ id, playlistUrl }, { isFresh, hasChanged, hasMoved }) => {
    await initializeKeyRules(playlistUrl);
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
    if ((record.revision !== undefined || record.live) && !record.hold) await sendCrawl(id, { recheck: false });
    else await takeNextStep(id);
  };
}
