import type { Failure } from '../failure.ts';
import type { VideoId } from '../video.ts';

/** Rows with a part that is not needed and could not be read: how many, and the first thousand. */
export interface RowWarnings {
  readonly count: number;
  /** `message` names the row. */
  readonly rows: readonly { readonly row: number; readonly id: VideoId; readonly message: string }[];
}

/** A row that is no video, or that a rule excludes. */
export interface RefusedRow {
  readonly row: number;
  readonly id?: string;
  readonly failure: Failure;
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
  readonly refused: { readonly count: number; readonly rows: readonly RefusedRow[] };
  /** Absent without any. */
  readonly warnings?: RowWarnings;
  /** Videos that an earlier reading brought and that the catalogue has no more: all in `count`, and the first ten thousand. */
  readonly withdrawn: { readonly count: number; readonly ids: readonly VideoId[] };
}

/** Reasons in the message about a catalogue without videos. */
const shownReasons = 3;

/** Whether all rows of a catalogue were refused, as a wrong column or rule has it. */
export function isAllRefused({ rows, refused }: { readonly rows: number; readonly refused: number }): boolean {
  return rows > 0 && refused === rows;
}

/** Says of a catalogue that all its rows were refused, and why the first were. */
export function allRefusedMessage(refused: readonly Failure[]): string {
  const reasons = refused.slice(0, shownReasons).map(({ message }) => message);
  const suffix = refused.length > shownReasons ? '; and so on' : '';
  return `no row is a video that could be copied: ${reasons.join('; ')}${suffix}`;
}

/** A refused row for people to look at: one that is broken rather than one that a rule excludes, which may be as it should. */
export function refusedExample({ refused }: Pick<ScanSummary, 'refused'>): RefusedRow | undefined {
  return refused.rows.find(({ failure }) => failure.code !== 'catalogue.rule') ?? refused.rows[0];
}
