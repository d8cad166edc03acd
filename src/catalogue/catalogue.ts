import type { Failure } from '../domain/failure.ts';
import type { VideoReport } from '../domain/report.ts';
import type { Submission, VideoId } from '../domain/video.ts';

/** A row of a catalogue: a video, or why it is none. */
export type CatalogueRow =
  | {
      readonly kind: 'video';
      readonly row: number;
      readonly submission: Submission;
      /** The row as it stands in the catalogue, as far as it was read: what rules look at. */
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** `id` where the row has one; `row` counts from 1, in each reading anew. */
  | { readonly kind: 'refused'; readonly row: number; readonly id?: string; readonly failure: Failure };

/** What a catalogue is told of a video. */
export interface VideoNews extends Pick<VideoReport, 'id' | 'state' | 'files'> {
  /** Where a player begins; absent before it is published. */
  readonly destinationUrl?: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** What came of asking a catalogue for its changes. */
export type CatalogueWatch =
  /** Every change made after this was given is in `rows`, however late they are read. */
  | { readonly kind: 'open'; readonly rows: AsyncIterable<CatalogueRow> }
  /** It cannot tell of changes, as a server without change streams. `reason` is for people. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Where the list of videos comes from.
 *
 * Throws `FlantsError` `catalogue.unreadable` when there is no catalogue or it is not in its format, `aborted` when the
 * signal ended it. A bad row never ends the reading: it is a row of kind `refused`.
 */
export interface Catalogue {
  /** For people, without secrets. */
  readonly name: string;
  rows(options: { readonly signal: AbortSignal }): AsyncIterable<CatalogueRow>;
  /**
   * Opens a feed of rows as they are added and changed from now on; absent where no catalogue of the kind can tell. Open
   * it first and read all rows then, so that nothing falls between. A row may come more than once, and rows that are taken
   * away do not come. The feed ends by the signal alone, or throws `catalogue.unreadable` when the catalogue goes away:
   * what happened meanwhile is found by reading all rows.
   */
  readonly watch?: (options: { readonly signal: AbortSignal }) => Promise<CatalogueWatch>;
  /** The row of one video as it is now, undefined where there is none; absent where that cannot be asked. */
  readonly find?: (id: VideoId, options: { readonly signal: AbortSignal }) => Promise<CatalogueRow | undefined>;
  /**
   * Tells the catalogue what became of a video; absent where it is not to be told. Telling the same twice changes nothing,
   * older news never replaces newer, and a video that the catalogue does not have is no error.
   */
  readonly tell?: (news: VideoNews) => Promise<void>;
  /** Ends what is being read. */
  close(): Promise<void>;
}
