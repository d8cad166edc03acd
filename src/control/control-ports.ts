import type { ScanSummary } from '../domain/scan-summary.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What control needs. */
export interface ControlPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How people name the destination. */
  readonly destination: string;
  /** What of a URL's query only grants access, in lower case. */
  readonly tokenParameters: () => Promise<readonly string[]>;
  /** The id of a video that was given none; undefined for a URL that names no playlist. */
  readonly idOf: (playlistUrl: URL) => VideoId | undefined;
  /** Whether a video is fresh where nobody decided about that. Absent: none is. */
  readonly isFresh?: (submission: Submission) => boolean;
  /** What the latest reading of the whole catalogue found; undefined before the first. Absent: there is none to read. */
  readonly lastScan?: () => Promise<ScanSummary | undefined>;
  /** Whether the catalogue has it no more. Absent: nobody can tell. */
  readonly isWithdrawn?: (video: VideoId) => Promise<boolean>;
  /** Gives the video its next step, as its facts stand now. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** Has the source of a video looked at, whatever its facts; nothing where somebody does already. */
  readonly crawl: (video: VideoId) => Promise<void>;
  /** A decision that could not take effect by then is answered as pending. Absent: however long it takes. */
  readonly answerWithinMs?: number;
  /** What the destination does not guard (`LibraryReport.unguarded`). Absent: not known here. */
  readonly unguarded?: readonly string[];
}
