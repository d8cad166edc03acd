import type { BudgetReport } from '../domain/cost/budget.ts';
import type { FunctionCost } from '../domain/cost/function-use.ts';
import type { FailedScan, HaltedService } from '../domain/report/library-status.ts';
import type { ScanSummary } from '../domain/report/scan-summary.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Opens the posters of a library. Whoever opened them closes them. */
export type OpenPosters = () => Promise<{
  /** The poster of a video as a `data:` URL. Undefined if it has none. */
  read(video: VideoId): Promise<string | undefined>;
  close(): Promise<void>;
}>;

/** Ports and settings of `Control`. */
export interface ControlPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The destination's name, for people. */
  readonly destination: string;
  /** What of URLs is left out of messages and reports. */
  readonly tokenRules: () => Promise<TokenRules>;
  /** Derives the id of a video that was submitted without one. Undefined for a URL that names no playlist. */
  readonly idOf: (playlistUrl: URL) => VideoId | undefined;
  /** Whether a video is fresh if nobody has decided about its priority. Absent: never. */
  readonly isFresh?: (submission: Submission) => boolean;
  /**
   * Result of the latest full scan of the catalogue. Undefined before the first. Absent: there is no catalogue to scan.
   */
  readonly lastScan?: () => Promise<ScanSummary | undefined>;
  /** Since when the catalogue cannot be read. Undefined while it can. Absent: not known. */
  readonly failedScan?: () => Promise<FailedScan | undefined>;
  /** What functions of AWS Lambda were used for. Undefined where none were. Absent: not known. */
  readonly functionCost?: () => Promise<FunctionCost | undefined>;
  /** What was spent. Undefined where nobody wants to know. Absent: not known. */
  readonly budget?: () => Promise<BudgetReport | undefined>;
  /** Processes whose work cannot continue. Absent: not known. */
  readonly halted?: () => Promise<readonly HaltedService[]>;
  /** Whether the video has disappeared from the catalogue. Absent: not known. */
  readonly isWithdrawn?: (video: VideoId) => Promise<boolean>;
  /** Sends the video's next step to its queue. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /**
   * Queues a crawl of a video, whatever the next step would be.
   *
   * @returns false where a crawl or publication of it is queued or in progress already
   */
  readonly crawl: (video: VideoId) => Promise<boolean>;
  /** Time after which a decision that is not in effect yet is answered as pending. Absent: no limit. */
  readonly answerWithinMs?: number;
  /** Absent: reports show no posters. */
  readonly openPosters?: OpenPosters;
  /** What the destination does not guard (`LibraryReport.unguarded`). Absent: not known. */
  readonly unguarded?: readonly string[];
}
