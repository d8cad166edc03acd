import { minute } from '../domain/units.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { tallyAtRest } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';

/** A cache of records that are in the journal only. */
export interface RecordCache {
  /**
   * The record of a video that the ledger does not hold. Undefined if it was purged.
   *
   * @param isPublished - whether the journal lists it as published now
   */
  read(video: VideoId, isPublished: boolean): Promise<VideoRecord | undefined>;
}

interface Remembered {
  readonly at: number;
  readonly isPublished: boolean;
  readonly record: VideoRecord;
}

const maxAgeMs = 60 * minute;

/** About 30 MB. Beyond it, records are read each time. */
const maxRemembered = 100_000;

/**
 * Caches the records of videos that are not in progress. Reading one costs a listing and a few requests, and a large library
 * has tens of thousands: reading them every few seconds would cost more than the copy. A change to such a video goes
 * through the ledger, or shows in whether it is published. A change that does neither is found within the hour.
 */
export function createRecordCache({ journal, now }: Pick<ControlPorts, 'journal' | 'now'>): RecordCache {
  const remembered = new Map<VideoId, Remembered>();
  return {
    async read(video, isPublished) {
      const known = remembered.get(video);
      if (known?.isPublished === isPublished && now() - known.at < maxAgeMs) return known.record;
      remembered.delete(video);
      const record = (await tallyAtRest(video, journal))?.record;
      if (record && remembered.size < maxRemembered) remembered.set(video, { at: now(), isPublished, record });
      return record;
    },
  };
}
