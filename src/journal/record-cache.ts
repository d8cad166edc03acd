import { minute } from '../domain/units.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Journal } from './journal.ts';
import { tallyAtRest } from './tally.ts';

/** A cache of the records of videos that are in the journal only. */
export interface RecordCache {
  /**
   * Returns the record of a video that the ledger does not have. Undefined if the video was purged.
   *
   * @param isPublished - whether the journal currently lists the video as published
   */
  read(video: VideoId, isPublished: boolean): Promise<VideoRecord | undefined>;
}

interface CachedRecord {
  readonly readAt: number;
  readonly isPublished: boolean;
  readonly record: VideoRecord;
}

const maxAgeMs = 60 * minute;

/** About 30 MB. Records beyond this limit are read each time. */
const maxCached = 100_000;

/**
 * Caches the records of videos that are not in progress. Reading one costs a listing and a few requests, and a large
 * library has tens of thousands: reading them all every few seconds would cost more than the copy. A change to such a
 * video goes through the ledger or shows in whether it is published. Any other change is seen within an hour.
 */
export function createRecordCache({
  journal,
  now,
}: {
  readonly journal: Journal;
  readonly now: () => number;
}): RecordCache {
  const cache = new Map<VideoId, CachedRecord>();
  return {
    async read(video, isPublished) {
      const cached = cache.get(video);
      if (cached?.isPublished === isPublished && now() - cached.readAt < maxAgeMs) return cached.record;
      cache.delete(video);
      const record = (await tallyAtRest(video, journal))?.record;
      if (record && cache.size < maxCached) cache.set(video, { readAt: now(), isPublished, record });
      return record;
    },
  };
}
