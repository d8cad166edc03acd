import { createHash } from 'node:crypto';
import { minute } from '../domain/units.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** After so long the journal is read anew: other processes submit and purge videos, too. */
const rereadAfterMs = 60 * minute;

/** What the journal holds of submissions, as far as this process knows: a hash for each video. */
export interface ScanMemo {
  /** Reads all submissions of the journal, unless that was done within the last hour. */
  refresh(journal: Journal, now: number): Promise<void>;
  /** Whether the journal holds this very submission; false where it is not known to. */
  holds(submission: Submission): boolean;
  /** Takes up what the journal holds from now on. */
  learn(submission: Submission): void;
  /** Ids of videos that a catalogue submitted. */
  catalogued(): Iterable<VideoId>;
}

/** Knows nothing yet. */
export function createScanMemo(): ScanMemo {
  const catalogues = new Map<VideoId, string>();
  const persons = new Map<VideoId, string>();
  let readAt: number | undefined;
  const learn = (submission: Submission): void => {
    const [own, other] = submission.by === 'person' ? [persons, catalogues] : [catalogues, persons];
    own.set(submission.id, digestOf(submission));
    other.delete(submission.id);
  };
  return {
    async refresh(journal, now) {
      if (readAt !== undefined && now - readAt < rereadAfterMs) return;
      readAt = undefined;
      catalogues.clear();
      persons.clear();
      for await (const submission of journal.submissions()) learn(submission);
      readAt = now;
    },
    holds: (submission) => {
      const known = catalogues.get(submission.id) ?? persons.get(submission.id);
      return known !== undefined && known === digestOf(submission);
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
