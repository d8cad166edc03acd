import { minute } from '../domain/units.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { tallyAtRest } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';

/** What is asked from memory. */
export interface RestRecords {
  /**
   * The record of a video that the ledger does not have; undefined for one that was purged.
   *
   * @param isPublished - whether it is, as the journal lists it now
   */
  read(video: VideoId, isPublished: boolean): Promise<VideoRecord | undefined>;
}

interface Remembered {
  readonly at: number;
  readonly isPublished: boolean;
  readonly record: VideoRecord;
}

const maxAgeMs = 60 * minute;

/** Some 30 MB; of larger libraries the rest is read each time. */
const maxRemembered = 100_000;

/**
 * Remembers what the journal tells of videos that are not under way. To read a video costs a listing and some requests,
 * and a large library has tens of thousands that rest: asked of an object store every few seconds, they would cost more
 * than the copy. What becomes of a resting video passes through the ledger, or shows in whether it is published; what
 * does both between two looks is found within the hour.
 */
export function createRestRecords({ journal, now }: Pick<ControlPorts, 'journal' | 'now'>): RestRecords {
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
