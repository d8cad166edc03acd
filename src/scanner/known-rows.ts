import { createHash } from 'node:crypto';
import { minute } from '../domain/units.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Age at which the journal is read again, since other processes also submit and purge videos. */
const rereadAfterMs = 60 * minute;

/** The submissions in the journal, as far as this process knows. One hash is kept per video. */
export interface KnownRows {
  /** Reads all submissions from the journal, unless that was done within the last hour. */
  refresh(journal: Journal, now: number): Promise<void>;
  /** Whether a row is known to be unchanged. False if that is not certain. */
  isUnchanged(row: Submission): boolean;
  /**
   * Adds a submission that is now in the journal.
   *
   * @param row - the catalogue's row, if it differs because a person has overruled it
   */
  add(submission: Submission, row?: Submission): void;
  /** Ids of videos that a catalogue submitted. */
  cataloguedIds(): Iterable<VideoId>;
}

/** Creates an empty set. */
export function createKnownRows(): KnownRows {
  const byCatalogue = new Map<VideoId, string>();
  const byPerson = new Map<VideoId, string>();
  const overruledRows = new Map<VideoId, string>();
  let readAt: number | undefined;
  const add: KnownRows['add'] = (submission, row) => {
    const { id, by } = submission;
    const [digests, otherDigests] = by === 'person' ? [byPerson, byCatalogue] : [byCatalogue, byPerson];
    digests.set(id, digestOf(submission));
    otherDigests.delete(id);
    if (row && digestOf(row) !== digests.get(id)) overruledRows.set(id, digestOf(row));
    else overruledRows.delete(id);
  };
  return {
    async refresh(journal, now) {
      if (readAt !== undefined && now - readAt < rereadAfterMs) return;
      readAt = undefined;
      byCatalogue.clear();
      byPerson.clear();
      overruledRows.clear();
      for await (const submission of journal.submissions()) add(submission);
      readAt = now;
    },
    isUnchanged: (row) => {
      const digest = digestOf(row);
      return [byCatalogue, byPerson, overruledRows].some((digests) => digests.get(row.id) === digest);
    },
    add,
    cataloguedIds: () => byCatalogue.keys(),
  };
}

/** A digest of the fields that `isStored` compares. */
function digestOf({ playlistUrl, title, recordedAt, sideFiles = [], hasTokens }: Submission): string {
  const sides = sideFiles.map(({ role, url }) => [role, url]);
  return createHash('sha256')
    .update(JSON.stringify([playlistUrl, title, recordedAt, hasTokens === true, ...sides]))
    .digest('base64url')
    .slice(0, 22);
}
