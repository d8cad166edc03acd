import type { Generation, Submission, VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { initialChangeOf } from './initial-record.ts';
import type { Journal } from './journal.ts';

/** Ports for restoring a video. */
export interface RestorePorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
  /** The priority of a video about which none was decided. Absent: backlog. */
  readonly isFresh?: (submission: Submission) => boolean;
}

/**
 * Reads a video's record, and puts the video back into the ledger from the journal if it was retired, lost or never
 * there. Undefined for a video that was never submitted.
 */
export async function restoreVideo(video: VideoId, ports: RestorePorts): Promise<VideoRecord | undefined> {
  const { journal, ledger, newGeneration, isFresh } = ports;
  const known = await ledger.read(video);
  if (known) return known;
  const change = await initialChangeOf(video, { journal, generation: newGeneration(), isFresh });
  const changed = change && (await ledger.apply(video, change));
  return changed?.record;
}
