import { applyChange } from '../domain/change.ts';
import type { Tally } from '../domain/change.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { initialChangeOf } from './initial-record.ts';
import type { Journal } from './journal.ts';

/** The part of a ledger that tells how far a video has come. */
interface Counts {
  read(video: VideoId): Promise<VideoRecord | undefined>;
  tally(video: VideoId): Promise<Tally | undefined>;
}

/** Where to look. */
export interface TallyPorts {
  readonly ledger: Counts;
  readonly journal: Journal;
}

/** Stands in the record of a video that no ledger has: nothing carries it. */
const noGeneration = '';

/**
 * How far a video has come, also where the ledger does not know it: not taken up yet, or published and retired. Then it
 * is what the ledger would begin with. undefined for a video that was never submitted.
 *
 * @param isFresh - whether it is fresh where nobody decided about that
 */
export async function tallyOf(video: VideoId, ports: TallyPorts, isFresh = false): Promise<Tally | undefined> {
  return (await ports.ledger.tally(video)) ?? tallyAtRest(video, ports.journal, isFresh);
}

/** The same without the bits, which may be long. */
export async function recordOf(video: VideoId, ports: TallyPorts, isFresh = false): Promise<VideoRecord | undefined> {
  return (await ports.ledger.read(video)) ?? (await tallyAtRest(video, ports.journal, isFresh))?.record;
}

/** The same for a video of which it is known that no ledger has it: the ledger is not asked. */
export async function tallyAtRest(video: VideoId, journal: Journal, isFresh = false): Promise<Tally | undefined> {
  const change = await initialChangeOf(video, { journal, generation: noGeneration, isFresh });
  const changed = change && applyChange(undefined, change);
  return changed?.result === 'applied' ? changed.tally : undefined;
}
