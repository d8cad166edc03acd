import type { Generation, Submission, VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { initialChangeOf } from './initial-record.ts';
import type { Journal } from './journal.ts';

/** What bringing a video back needs. */
export interface RestorePorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
  /** Whether a video is fresh where nobody decided about that. Absent: none is. */
  readonly isFresh?: (submission: Submission) => boolean;
}

/**
 * The facts of a video; one that the ledger has let go of, lost or never seen is taken up again with what the journal
 * tells. undefined for a video that was never submitted.
 */
export async function restoreVideo(video: VideoId, ports: RestorePorts): Promise<VideoRecord | undefined> {
  const { journal, ledger, newGeneration, isFresh } = ports;
  const known = await ledger.read(video);
  if (known) return known;
  const submission = await journal.submission(video);
  if (!submission) return undefined;
  const sight = await initialChangeOf(video, {
    journal,
    generation: newGeneration(),
    isFresh: isFresh?.(submission) ?? false,
  });
  const taken = sight && (await ledger.apply(video, sight));
  return taken?.record;
}
