import { createHash } from 'node:crypto';
import { minute } from '../domain/units.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Age at which the journal is read again, since other processes also submit and purge videos. */
const rereadAfterMs = 60 * minute;

/** The submissions that the journal holds, as far as this process knows: one hash per video. */
export interface KnownRows {
  /** Reads all submissions from the journal, unless that was done within the last hour. */
  refresh(journal: Journal, now: number): Promise<void>;
  /** Whether a row is known to be unchanged. False if that is not certain. */
  holds(row: Submission): boolean;
  /**
   * Notes a submission that the journal now holds.
   *
   * @param row - the catalogue's row, where it differs because a person has overruled it
   */
  learn(submission: Submission, row?: Submission): void;
  /** Ids of videos that a catalogue submitted. */
  catalogued(): Iterable<VideoId>;
}

/** Creates an empty set. */
export function createKnownRows(): KnownRows {
  const catalogues = new Map<VideoId, string>();
  const persons = new Map<VideoId, string>();
  const overruled = new Map<VideoId, string>();
  let readAt: number | undefined;
  const learn: KnownRows['learn'] = (submission, row) => {
    const { id, by } = submission;
    const [own, other] = by === 'person' ? [persons, catalogues] : [catalogues, persons];
    own.set(id, digestOf(submission));
    other.delete(id);
    if (row && digestOf(row) !== own.get(id)) overruled.set(id, digestOf(row));
    else overruled.delete(id);
  };
  return {
    async refresh(journal, now) {
      if (readAt !== undefined && now - readAt < rereadAfterMs) return;
      readAt = undefined;
      catalogues.clear();
      persons.clear();
      overruled.clear();
      for await (const submission of journal.submissions()) learn(submission);
      readAt = now;
    },
    holds: (row) => {
      const digest = digestOf(row);
      return [catalogues, persons, overruled].some((known) => known.get(row.id) === digest);
    },
    learn,
    catalogued: () => catalogues.keys(),
  };
}

/** Of what `isSame` compares. */
function digestOf({ playlistUrl, title, recordedAt }: Submission): string {
  return createHash('sha256')
    .update(JSON.stringify([playlistUrl, title, recordedAt]))
    .digest('base64url')
    .slice(0, 22);
}
