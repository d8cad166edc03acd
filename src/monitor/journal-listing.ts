import { withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { Submission, VideoId, VideoRecord } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import type { RecordCache } from '../journal/record-cache.ts';
import type { LibraryView, VideoWords } from './library-view.ts';

/** Fills a view with what the journal alone knows: titles, and videos that are not in progress. */
export interface JournalListing {
  /** Reads all submissions; adds what is new, and removes videos that were purged. */
  run(): Promise<void>;
  /** Undefined for a video that was never submitted, or was purged. */
  wordsOf(video: VideoId): Promise<VideoWords | undefined>;
}

/** Ports, and what is done with what was read. */
export interface ListingParts {
  readonly journal: Journal;
  readonly tokenRules: () => Promise<TokenRules>;
  readonly records: RecordCache;
  readonly put: (id: VideoId, record: VideoRecord | undefined, words: VideoWords) => void;
  readonly remove: (id: VideoId) => void;
  readonly signal: AbortSignal;
}

const readsAtATime = 32;

/** @param view - records in it are younger than the journal's and stay */
export function createJournalListing(view: Pick<LibraryView, 'row' | 'rows'>, parts: ListingParts): JournalListing {
  const { journal, tokenRules, records, put, remove, signal } = parts;
  const wordsOf = async (video: VideoId): Promise<VideoWords | undefined> => {
    const submission = await journal.submission(video);
    return submission && wordsIn(submission, await tokenRules());
  };
  return {
    wordsOf,
    async run() {
      const rules = await tokenRules();
      const published = new Set<VideoId>();
      for await (const id of journal.published()) published.add(id);
      const known = [...view.rows()].map(({ id }) => id);
      const seen = new Set<VideoId>();
      const read = async (submission: Submission): Promise<readonly [Submission, VideoRecord | undefined]> => {
        const { id } = submission;
        return [submission, view.row(id) ? undefined : await records.read(id, published.has(id))];
      };
      for await (const [submission, record] of readAhead(journal.submissions(), readsAtATime, read)) {
        if (signal.aborted) return;
        const { id } = submission;
        seen.add(id);
        const row = view.row(id);
        if (row?.words && isSame(row.words, submission, rules)) continue;
        if (row || record) put(id, row ? undefined : record, wordsIn(submission, rules));
      }
      for (const id of known) {
        if (signal.aborted) return;
        if (!seen.has(id) && view.row(id) && !(await journal.submission(id))) remove(id);
      }
    },
  };
}

function wordsIn({ playlistUrl, title, recordedAt }: Submission, rules: TokenRules): VideoWords {
  return {
    playlistUrl: withoutTokens(new URL(playlistUrl), rules).href,
    ...(title === undefined ? {} : { title }),
    ...(recordedAt === undefined ? {} : { recordedAt }),
  };
}

function isSame(words: VideoWords, submission: Submission, rules: TokenRules): boolean {
  const { playlistUrl, title, recordedAt } = wordsIn(submission, rules);
  return words.playlistUrl === playlistUrl && words.title === title && words.recordedAt === recordedAt;
}
