import type { CatalogueRow } from '../catalogue/catalogue.ts';
import { rankOf } from '../domain/cost/sampling.ts';
import { leftOutBy } from '../domain/video-selection.ts';
import type { LeftOut, VideoSelection } from '../domain/video-selection.ts';

/** A row of the catalogue, and why its video is not taken. Rows that are refused are never left out. */
export interface ChosenRow {
  readonly row: CatalogueRow;
  readonly leftOut?: LeftOut;
}

/** Applies a selection to the rows of a catalogue. */
export interface RowChooser {
  /**
   * All rows of one reading. With a sample, chosen rows come last, in the order of the catalogue: only then is it known
   * which they are. Memory holds twice as many rows as the sample has.
   */
  choose(rows: AsyncIterable<CatalogueRow>): AsyncIterable<ChosenRow>;
  /** A single row, of a change feed. With a sample, it is taken if the last whole reading would have taken it. */
  chooseOne(row: CatalogueRow): ChosenRow;
}

interface Candidate {
  readonly rank: number;
  readonly row: CatalogueRow;
}

/** @param now - milliseconds since the epoch */
export function createRowChooser(selection: VideoSelection, now: () => number): RowChooser {
  const { sample } = selection;
  /** Rank of the last video in the sample. */
  let lastRank = -1;
  const apply = (row: CatalogueRow): ChosenRow => {
    const leftOut = row.kind === 'video' ? leftOutBy(selection, row.submission, now()) : undefined;
    return leftOut ? { row, leftOut } : { row };
  };
  if (!sample) {
    return {
      async *choose(rows) {
        for await (const row of rows) yield apply(row);
      },
      chooseOne: apply,
    };
  }
  const { count, seed } = sample;
  return {
    async *choose(rows) {
      let candidates: Candidate[] = [];
      const cut = (): ChosenRow[] => {
        const ordered = candidates.toSorted((a, b) => a.rank - b.rank);
        candidates = ordered.slice(0, count);
        return ordered.slice(count).map(({ row }) => ({ row, leftOut: 'not-in-sample' }));
      };
      for await (const read of rows) {
        const chosen = apply(read);
        if (chosen.leftOut || read.kind === 'refused') yield chosen;
        else candidates.push({ rank: rankOf(seed, read.submission.id), row: read });
        if (candidates.length >= 2 * count) yield* cut();
      }
      yield* cut();
      lastRank = candidates.length < count ? Infinity : (candidates.at(-1)?.rank ?? -1);
      for (const { row } of candidates.toSorted((a, b) => a.row.row - b.row.row)) yield { row };
    },
    chooseOne(row) {
      const chosen = apply(row);
      if (chosen.leftOut || row.kind === 'refused' || rankOf(seed, row.submission.id) <= lastRank) return chosen;
      return { row, leftOut: 'not-in-sample' };
    },
  };
}
