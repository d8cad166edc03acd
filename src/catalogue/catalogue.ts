import type { Failure } from '../domain/failure.ts';
import type { VideoReport } from '../domain/report/copy.ts';
import type { Submission, VideoId } from '../domain/video.ts';

/** A row of a catalogue: a video, or the reason why the row was refused. */
export type CatalogueRow =
  | {
      readonly kind: 'video';
      readonly row: number;
      readonly submission: Submission;
      /** The fields of the catalogue's row that were read, for rules. */
      readonly fields: Readonly<Record<string, unknown>>;
      /** Names the row and what of it could not be read and is not needed, such as a date. */
      readonly warning?: string;
    }
  /** `id` if the row has one. `row` counts from 1 in each reading. */
  | { readonly kind: 'refused'; readonly row: number; readonly id?: string; readonly failure: Failure };

/** The status of a video, as it is written back to a catalogue. */
export interface VideoStatus extends Pick<VideoReport, 'id' | 'state' | 'files'> {
  /** URL for players. Absent before the video is published. */
  readonly destinationUrl?: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** `missing`: the catalogue has no row for this video. `done`: all others, such as a newer status that was left. */
export type WriteBackResult = 'done' | 'missing';

/** Result of opening a catalogue's change feed. */
export type CatalogueWatch =
  /** `rows` yields every change made since the feed was opened, however late it is read. */
  | { readonly kind: 'open'; readonly rows: AsyncIterable<CatalogueRow> }
  /** The catalogue has no change feed, such as a server without change streams. `reason` is for people. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** What is needed of a catalogue to follow its changes. */
export type WatchedCatalogue = Pick<Catalogue, 'name' | 'watch'>;

/**
 * A list of videos.
 *
 * Methods throw `FlantsError` `catalogue.unreadable` when the catalogue does not exist or has a wrong format, and
 * `aborted` when the signal was aborted. A bad row does not end the reading: it is a row of kind `refused`.
 */
export interface Catalogue {
  /** For people, without secrets. */
  readonly name: string;
  /** Reads all rows. */
  rows(options: { readonly signal: AbortSignal }): AsyncIterable<CatalogueRow>;
  /**
   * Opens a feed of rows that are added or changed from now on. Absent if no catalogue of this kind has one. Open the
   * feed before reading all rows, so that no change is missed in between. A row may come more than once, and removed
   * rows do not come. The feed ends only when the signal is aborted, and throws `catalogue.unreadable` when the
   * connection is lost. Changes made meanwhile are found by reading all rows.
   */
  readonly watch?: (options: { readonly signal: AbortSignal }) => Promise<CatalogueWatch>;
  /** Absent unless several catalogues are presented as one, which has no feed itself: watch each of these. */
  readonly parts?: readonly WatchedCatalogue[];
  /** Reads the current row of one video. Undefined if there is none. Absent if the catalogue cannot look up rows. */
  readonly find?: (id: VideoId, options: { readonly signal: AbortSignal }) => Promise<CatalogueRow | undefined>;
  /**
   * Writes the status of a video back to the catalogue. Absent if that is not configured. Writing the same status twice
   * changes nothing, and an older status never replaces a newer one.
   */
  readonly writeBack?: (status: VideoStatus) => Promise<WriteBackResult>;
  /** Closes the catalogue and ends readings in progress. */
  close(): Promise<void>;
}
