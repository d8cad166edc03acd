import type { CatalogueRow } from '../catalogue/catalogue.ts';
import type { RowWarnings } from '../domain/report/scan-summary.ts';
import type { LeftOut } from '../domain/video-selection.ts';

const maxRows = 1_000;

/** A warning about one row. */
export type RowWarning = RowWarnings['rows'][number];

/** The warning about a row; undefined if it was read as a whole. */
export function rowWarningOf(read: CatalogueRow): RowWarning | undefined {
  if (read.kind === 'refused' || read.warning === undefined) return undefined;
  return { row: read.row, id: read.submission.id, message: read.warning };
}

/** The warning about a row that is left out for want of what could not be read: its date. */
export function warningOfLeftOut(read: CatalogueRow, leftOut: LeftOut): RowWarning | undefined {
  return leftOut === 'undated' ? rowWarningOf(read) : undefined;
}

/** Counts warnings, and keeps the first ones. */
export function collectRowWarnings(): {
  readonly add: (warning: RowWarning) => void;
  /** Undefined without any. */
  readonly summary: () => RowWarnings | undefined;
} {
  const rows: RowWarning[] = [];
  let count = 0;
  return {
    add(warning) {
      count += 1;
      if (rows.length < maxRows) rows.push(warning);
    },
    summary: () => (count === 0 ? undefined : { count, rows }),
  };
}
