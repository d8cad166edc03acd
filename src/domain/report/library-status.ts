import type { BudgetReport } from '../cost/budget.ts';
import type { Failure, FailureCode } from '../failure.ts';
import type { FunctionCost } from '../cost/function-use.ts';
import type { Totals, VideoReport } from './copy.ts';
import type { RefusedRow } from './scan-summary.ts';
import type { VideoId, VideoState } from '../video.ts';

/** One line in a list of videos: what can be told of a video without reading its plan. */
export interface VideoSummary extends Pick<
  VideoReport,
  'id' | 'title' | 'playlistUrl' | 'state' | 'files' | 'invalid'
> {
  /** ISO 8601 instant. */
  readonly recordedAt?: string;
  readonly fresh?: true;
}

/** All that failed for one reason, and nobody accepted. */
export interface FailureCause {
  readonly code: FailureCode;
  /** 0 where only whole videos failed by it. */
  readonly files: number;
  /** With such files, or unusable as a whole. */
  readonly videos: number;
  /** One of them, to begin looking. */
  readonly example: { readonly video: VideoId; readonly key?: string; readonly failure: Failure };
}

/** A process of a cluster whose work cannot continue, such as on a full disk. It tries again by itself. */
export interface HaltedService {
  /** Its role. */
  readonly service: string;
  readonly id: string;
  readonly failure: Failure;
}

/** Scans that fail, as where the catalogue, or the journal, is away. They are tried again; until then nobody finds new videos. */
export interface FailedScan {
  readonly catalogue: string;
  /** ISO 8601 instant: when the first scan in a row failed. */
  readonly since: string;
  /** ISO 8601 instant: when the latest did. */
  readonly at: string;
  /** Of the latest. */
  readonly failure: Failure;
}

/** How far a library has come. */
export interface LibraryStatus {
  readonly format: 1;
  readonly destination: string;
  /** ISO 8601 instant at which the counting began. */
  readonly at: string;
  readonly totals: Totals;
  /** The most common first. */
  readonly causes: readonly FailureCause[];
  /** The latest reading of the whole catalogue; absent before the first, and without a catalogue. */
  readonly scan?: ScanCounts;
  /** Absent: the latest scan could read the catalogue. */
  readonly scanFailed?: FailedScan;
  /** What functions of AWS Lambda were used for; absent where none were. */
  readonly functions?: FunctionCost;
  /** What was spent; absent where nobody set a budget, or a price for what leaves the source. */
  readonly budget?: BudgetReport;
  /** Absent: the work of no process stands still. */
  readonly halted?: readonly HaltedService[];
}

/** How many rows a reading of the catalogue found; a report names them. */
export interface ScanCounts {
  /** ISO 8601 instant. */
  readonly startedAt: string;
  readonly rows: number;
  readonly taken: number;
  readonly refused: number;
  /** One of the refused rows; absent without any. */
  readonly refusedExample?: RefusedRow;
  /** Rows with a part that cannot be read and was left out. */
  readonly warnings: number;
  readonly withdrawn: number;
}

/** Work under way. */
export interface LeaseSummary {
  readonly kind: 'crawl' | 'batch' | 'publish';
  readonly files: number;
}

/** What somebody decided about a video. URLs are without tokens. */
export interface DecisionSummary {
  readonly type: 'submitted' | 'accepted' | 'paused' | 'resumed' | 'cancelled' | 'prioritised';
  /** ISO 8601 instant. */
  readonly at: string;
  /** Of `submitted`. */
  readonly playlistUrl?: string;
  /** Of `submitted`; absent where a catalogue did. */
  readonly by?: 'person';
  /** Of `accepted`. */
  readonly key?: string;
  readonly reason?: string;
  /** Of `prioritised`. */
  readonly fresh?: boolean;
}

/** All that is known of one video but the list of its files. */
export interface VideoDetail {
  readonly report: VideoReport;
  /** In the order they were made. */
  readonly decisions: readonly DecisionSummary[];
  readonly leases: readonly LeaseSummary[];
}

/** What came of a decision. It is kept in any case. */
export interface Decided {
  readonly video: VideoId;
  /** As the video stands now. */
  readonly state?: VideoState;
  /**
   * Why the decision has not taken effect yet: the live count could not be reached, or changed too fast. Reconciliation
   * applies it when it can.
   */
  readonly pending?: Failure;
}
