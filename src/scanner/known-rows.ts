import { createHash } from 'node:crypto';
import { minute } from '../domain/units.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** After so long the journal is read anew: other processes submit and purge videos, too. */
const rereadAfterMs = 60 * minute;

/** What the journal holds of submissions, as far as this process knows: a hash for each video. */
export interface KnownRows {
  /** Reads all submissions of the journal, unless that was done within the last hour. */
  refresh(journal: Journal, now: number): Promise<void>;
  /** Whether a row says nothing new: the journal holds this very submission, or it was learned; false where that is not known. */
  holds(row: Submission): boolean;
  /**
   * Takes up what the journal holds from now on.
   *
   * @param row - what the catalogue says, where that is something else and old
   */
  learn(submission: Submission, row?: Submission): void;
  /** Ids of videos that a catalogue submitted. */
  catalogued(): Iterable<VideoId>;
}

/** Knows nothing yet. */
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
