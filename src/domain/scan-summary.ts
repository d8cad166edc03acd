import type { Failure } from './failure.ts';
import type { VideoId } from './video.ts';

/** Rows with a part that is not needed and could not be read: how many, and the first thousand. */
export interface RowWarnings {
  readonly count: number;
  /** `message` names the row. */
  readonly rows: readonly { readonly row: number; readonly id: VideoId; readonly message: string }[];
}

/** What one reading of a whole catalogue came to. */
export interface ScanSummary {
  /** ISO 8601 instant. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly rows: number;
  /** Rows that are videos, and that the selection leaves out. Absent in what older versions have saved. */
  readonly leftOut?: number;
  /** Rows that are videos, and pass the rules. */
  readonly taken: number;
  /** Those of them that nobody had submitted before. */
  readonly added: number;
  /** Those that were submitted before with another playlist, title or date. */
  readonly changed: number;
  /** Rows that are none, or do not pass: all of them in `count`, and the first thousand. */
  readonly refused: {
    readonly count: number;
    readonly rows: readonly { readonly row: number; readonly id?: string; readonly failure: Failure }[];
  };
  /** Absent without any. */
  readonly warnings?: RowWarnings;
  /** Videos that an earlier reading brought and that the catalogue has no more: all in `count`, and the first ten thousand. */
  readonly withdrawn: { readonly count: number; readonly ids: readonly VideoId[] };
}
