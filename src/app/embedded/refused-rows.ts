import { failureWith } from '../../domain/failure.ts';
import type { LibraryReport } from '../../domain/report.ts';
import type { VideoId } from '../../domain/video.ts';
import type { RefusedRow } from '../../scanner/scan.ts';

/** A row that is no video, as events and reports tell of it. */
export type RefusedRowEntry = LibraryReport['refusedRows'][number];

/** What a scan found in a catalogue. */
export function refusedRowEntry({ row, id, failure }: RefusedRow): RefusedRowEntry {
  return { row, failure, ...(id === undefined ? {} : { id }) };
}

/** A video that was asked for by its id, and that no source names. */
export function missingRowEntry(id: VideoId): RefusedRowEntry {
  return { row: 0, id, failure: failureWith('catalogue.row', `no source names the video ${id}`) };
}
