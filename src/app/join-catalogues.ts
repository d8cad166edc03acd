import type { Catalogue, CatalogueRow, VideoStatus, WriteBackResult } from '../catalogue/catalogue.ts';
import { mapWatch } from '../catalogue/map-rows.ts';
import { failureWith } from '../domain/failure.ts';
import { minute } from '../domain/units.ts';
import type { VideoId } from '../domain/video.ts';

/** Presents several catalogues as one. Rows are numbered through, and ids of an earlier one are refused. */
export function joinCatalogues(parts: readonly Catalogue[]): Catalogue {
  /** To which catalogue each video belongs, by the latest reading. Kept for the rows of change feeds only. */
  let owners = new Map<VideoId, Catalogue>();
  const areWatched = parts.some(({ watch }) => watch);

  async function* rows(options: { readonly signal: AbortSignal }): AsyncGenerator<CatalogueRow> {
    const found = new Map<VideoId, Catalogue>();
    let row = 0;
    for (const part of parts) {
      for await (const read of part.rows(options)) {
        row += 1;
        const id = read.kind === 'video' ? read.submission.id : undefined;
        if (id !== undefined && found.has(id)) {
          yield namedElsewhere(row, id, part);
          continue;
        }
        if (id !== undefined) found.set(id, part);
        yield { ...read, row };
      }
    }
    if (areWatched) owners = found;
  }
  const changedRow = (read: CatalogueRow, part: Catalogue): CatalogueRow => {
    if (read.kind === 'refused') return read;
    const { id } = read.submission;
    return (owners.get(id) ?? part) === part ? read : namedElsewhere(read.row, id, part);
  };

  return {
    name: parts.map(({ name }) => name).join(', '),
    rows,
    parts: parts.map((part) => ({ name: part.name, ...mapWatch(part, (row) => changedRow(row, part)) })),
    find: async (id, options) => {
      for (const part of parts) {
        const found = await part.find?.(id, options);
        if (found) return found;
      }
      return undefined;
    },
    ...joinedWriteBack(parts),
    close: async () => void (await Promise.all(parts.map((part) => part.close()))),
  };
}

function namedElsewhere(row: number, id: VideoId, { name }: Catalogue): CatalogueRow {
  const message = `${name} names the video ${id}, which another source names too`;
  return { kind: 'refused', row, id, failure: failureWith('catalogue.duplicate', message) };
}

function joinedWriteBack(parts: readonly Catalogue[]): Pick<Catalogue, 'writeBack'> {
  const writers = parts.flatMap(({ writeBack }) => writeBack ?? []);
  if (writers.length === 0) return {};
  const isNamedElsewhere = idsOfRows(parts.filter(({ writeBack }) => !writeBack));
  return {
    async writeBack(status: VideoStatus): Promise<WriteBackResult> {
      const results: WriteBackResult[] = [];
      for (const write of writers) results.push(await write(status));
      return results.includes('done') || (await isNamedElsewhere(status.id)) ? 'done' : 'missing';
    },
  };
}

const rereadAfterMs = minute;

/** Whether one of these catalogues names a video. They are read again for an id that is not known, once a minute. */
function idsOfRows(catalogues: readonly Catalogue[]): (id: VideoId) => Promise<boolean> {
  let ids = new Set<VideoId>();
  let readAt = Number.NEGATIVE_INFINITY;
  return async (id) => {
    if (!ids.has(id) && performance.now() - readAt > rereadAfterMs) {
      readAt = performance.now();
      ids = new Set(await readIds(catalogues));
    }
    return ids.has(id);
  };
}

async function readIds(catalogues: readonly Catalogue[]): Promise<readonly VideoId[]> {
  const ids: VideoId[] = [];
  for (const catalogue of catalogues) {
    for await (const row of catalogue.rows({ signal: new AbortController().signal })) {
      if (row.kind === 'video') ids.push(row.submission.id);
    }
  }
  return ids;
}
