import { failureWith } from '../../domain/failure.ts';
import type { LibraryReport } from '../../domain/report/copy.ts';
import type { VideoId } from '../../domain/video.ts';
import type { RefusedRow } from '../../scanner/scan.ts';

/** A refused row, as it appears in events and reports. */
export type RefusedRowEntry = LibraryReport['refusedRows'][number];

/** Returns the entry of a row that the scan refused. */
export function refusedRowEntry({ row, id, failure }: RefusedRow): RefusedRowEntry {
  return { row, failure, ...(id === undefined ? {} : { id }) };
}

/** Returns the entry of a video that was requested by its id and that no source names. */
export function missingRowEntry(id: VideoId): RefusedRowEntry {
  return { row: 0, id, failure: failureWith('catalogue.row', `no source names the video ${id}`) };
}
