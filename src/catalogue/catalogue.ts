import type { Failure } from '../domain/failure.ts';
import type { Submission } from '../domain/video.ts';

/** A row of a catalogue: a video, or why it is none. */
export type CatalogueRow =
  | { readonly kind: 'video'; readonly submission: Submission }
  /** `id` where the row has one; `row` counts from 1. */
  | { readonly kind: 'refused'; readonly row: number; readonly id?: string; readonly failure: Failure };

/**
 * Where the list of videos comes from.
 *
 * Throws `FlantsError` `catalogue.unreadable` when there is no catalogue or it is not in its format.
 * A bad row never ends the reading: it is a row of kind `refused`.
 */
export interface Catalogue {
  readonly name: string;
  rows(options: { readonly signal: AbortSignal }): AsyncIterable<CatalogueRow>;
}
