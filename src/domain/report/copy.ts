import type { BudgetReport } from '../cost/budget.ts';
import type { Failure } from '../failure.ts';
import type { FunctionCost } from '../cost/function-use.ts';
import type { Invalidated } from '../replaced.ts';
import type { ExternalReference } from '../revision.ts';
import type { RowWarnings } from './scan-summary.ts';
import type { VideoId, VideoState } from '../video.ts';

/** A file that could not be copied, as reports name it. */
export interface FailedFile {
  readonly key: string;
  readonly url: string;
  readonly failure: Failure;
  readonly tries: number;
  /** Why it was published without it, where somebody decided so. */
  readonly acceptedBecause?: string;
}

/** What a report says of a recording that is not over. */
export interface LiveReport {
  /** A playlist of it without EXT-X-ENDLIST. Without tokens. */
  readonly playlistUrl: string;
  /** Since when nothing was added to it. ISO 8601 instant. */
  readonly unchangedSince: string;
}

/** What a report says of files that got other bytes under their names. */
export interface ReplacedReport {
  /** Keys of files of which nobody was told: they went out to be kept for ever, and caches may hold former bytes. */
  readonly files: readonly string[];
  /** Of the CDN that was told last. */
  readonly invalidated?: Invalidated;
}

/** What became of one video. */
export interface VideoReport {
  readonly id: VideoId;
  readonly title?: string;
  /** Without tokens. */
  readonly playlistUrl: string;
  readonly state: VideoState;
  /** Key of its first playlist at the destination, once a plan exists. */
  readonly playlistKey?: string;
  readonly revision?: string;
  readonly files: { readonly total: number; readonly done: number; readonly failed: number; readonly accepted: number };
  /** Bytes of the files that are at the destination. */
  readonly sizeBytes: number;
  readonly failures: readonly FailedFile[];
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
  /** Of a published video; absent where nothing got other bytes under its name, or only playlists did. */
  readonly replaced?: ReplacedReport;
  readonly invalid?: Failure;
  /** Of a recording that is not over. */
  readonly live?: LiveReport;
  /** When a cluster looks at one that failed or is live again by itself. ISO 8601 instant. */
  readonly nextLookAt?: string;
}

/** Sums over the videos of a library. */
export interface Totals {
  readonly videos: Readonly<Record<VideoState, number>>;
  readonly files: { readonly total: number; readonly done: number; readonly failed: number; readonly accepted: number };
}

/** What one run of a copy did, beside where that left the library. */
export interface RunCounts {
  readonly copied: number;
  readonly unchanged: number;
  /** For good; tries that a later one mended are no failures. */
  readonly failed: number;
  readonly copiedBytes: number;
  readonly durationMs: number;
  /** Of functions of AWS Lambda; absent where files were copied on threads. */
  readonly functions?: FunctionCost;
}

/** The whole library, for `report` and `--report`. */
export interface LibraryReport {
  readonly format: 1;
  readonly destination: string;
  readonly at: string;
  readonly totals: Totals;
  readonly videos: readonly VideoReport[];
  /** Rows of the catalogue that were no videos. */
  readonly refusedRows: readonly { readonly row: number; readonly id?: string; readonly failure: Failure }[];
  /** Rows of the catalogue with a part that cannot be read and was left out; absent without any. */
  readonly rowWarnings?: RowWarnings;
  /** Videos that the catalogue has no more, as its latest reading found; absent where nobody reads one again and again. */
  readonly withdrawn?: readonly VideoId[];
  /** What the destination does not guard, such as writes over what another writer just put there. */
  readonly unguarded: readonly string[];
  /** What the destination does not keep. Absent where the report was made without a run. */
  readonly unkept?: readonly string[];
  /** Absent where the report was made without a run. */
  readonly run?: RunCounts;
  /** Of that run, or of a cluster since it first had one. Absent where nobody set a budget, or a price for what leaves the source. */
  readonly budget?: BudgetReport;
  /** What functions of AWS Lambda were used for in all runs of this state; absent where none were. */
  readonly functions?: FunctionCost;
}
