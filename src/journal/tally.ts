import { applyChange } from '../domain/change.ts';
import type { Tally } from '../domain/change.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { initialChangeOf } from './initial-record.ts';
import type { Journal } from './journal.ts';

/** The part of a ledger that these functions read. */
interface Counts {
  read(video: VideoId): Promise<VideoRecord | undefined>;
  tally(video: VideoId): Promise<Tally | undefined>;
}

/** Ports that are read. */
export interface TallyPorts {
  readonly ledger: Counts;
  readonly journal: Journal;
}

/** Generation of a record made for a video that is in no ledger. Nothing can carry it. */
const noGeneration = '';

/**
 * The tally of a video, even if the ledger does not hold it because it was not admitted yet or was retired. In that case
 * it is the tally that the ledger would start from. Undefined for a video that was never submitted.
 */
export async function tallyOf(video: VideoId, ports: TallyPorts): Promise<Tally | undefined> {
  return (await ports.ledger.tally(video)) ?? tallyAtRest(video, ports.journal);
}

/**
 * The same without the bits, which can be large.
 *
 * @param isFresh - the priority of a video about which none was decided
 */
export async function recordOf(video: VideoId, ports: TallyPorts, isFresh = false): Promise<VideoRecord | undefined> {
  return (await ports.ledger.read(video)) ?? (await tallyAtRest(video, ports.journal, isFresh))?.record;
}

/** The same for a video that is known to be in no ledger. Reads the journal only. */
export async function tallyAtRest(video: VideoId, journal: Journal, isFresh = false): Promise<Tally | undefined> {
  const change = await initialChangeOf(video, { journal, generation: noGeneration, isFresh: () => isFresh });
  const changed = change && applyChange(undefined, change);
  return changed?.result === 'applied' ? changed.tally : undefined;
}
