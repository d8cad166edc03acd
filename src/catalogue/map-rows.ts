import type { Catalogue, CatalogueRow } from './catalogue.ts';

/** Changes each row as it is read. */
export async function* mapRows(
  rows: AsyncIterable<CatalogueRow>,
  change: (row: CatalogueRow) => CatalogueRow,
): AsyncGenerator<CatalogueRow> {
  for await (const row of rows) yield change(row);
}

/** The change feed of a catalogue, if it has one, with each row changed as it comes. */
export function mapWatch(
  { watch }: Pick<Catalogue, 'watch'>,
  change: (row: CatalogueRow) => CatalogueRow,
): Pick<Catalogue, 'watch'> {
  if (!watch) return {};
  return {
    watch: async (options) => {
      const feed = await watch(options);
      return feed.kind === 'open' ? { ...feed, rows: mapRows(feed.rows, change) } : feed;
    },
  };
}
