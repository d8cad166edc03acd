import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { openFileCatalogue } from '../catalogue/file-catalogue.ts';
import { singleCatalogue } from '../catalogue/single-catalogue.ts';
import type { MongoCatalogueOptions } from '../catalogue/mongo-catalogue.ts';
import type { SourceArgument } from '../config/values/location.ts';
import type { ServiceSource } from '../config/values/service-source.ts';
import { FlantsError, failureWith } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';

/**
 * Opens everything that was named on the command line as one catalogue. The MongoDB driver is loaded only where a source
 * is in MongoDB: it costs every other start a seventh of a second.
 *
 * @param mongo - how to read sources in MongoDB
 */
export async function openCatalogue(
  sources: readonly ServiceSource[],
  mongo?: Omit<MongoCatalogueOptions, 'url'>,
): Promise<Catalogue> {
  const playlists = sources.flatMap((source) => (source.kind === 'playlist' ? [source.url] : []));
  const parts = [
    ...(playlists.length > 0 ? [singleCatalogue(playlists, process.cwd())] : []),
    ...sources.flatMap((source) => (source.kind === 'catalogue' ? [openFileCatalogue(source.path)] : [])),
    ...(mongo ? await openMongoCatalogues(sources, mongo) : []),
  ];
  const [only] = parts;
  return only && parts.length === 1 ? only : joined(parts);
}

async function openMongoCatalogues(
  sources: readonly ServiceSource[],
  mongo: Omit<MongoCatalogueOptions, 'url'>,
): Promise<readonly Catalogue[]> {
  const urls = sources.flatMap((source) => (source.kind === 'mongodb' ? [source.url] : []));
  if (urls.length === 0) return [];
  const { openMongoCatalogue } = await import('../catalogue/mongo-catalogue.ts');
  return urls.map((url) => openMongoCatalogue({ ...mongo, url }));
}

/** Reasons that a message gives for a catalogue without videos. */
const shownRefused = 3;

/** What a run must know of its sources before it begins. */
export interface Survey {
  /** Playlist URLs by which a new library finds its root: those named by hand, else a catalogue's first. */
  readonly firstUrls: readonly string[];
  /** One playlist URL for each origin, for headers that only the sources' own hosts may see. */
  readonly originUrls: readonly string[];
}

/**
 * Reads the sources through once.
 *
 * @throws {FlantsError} `catalogue.unreadable` when they name no video at all
 */
export async function surveySources(sources: readonly SourceArgument[], signal: AbortSignal): Promise<Survey> {
  const firstUrls: string[] = [];
  const origins = new Map<string, string>();
  const note = (url: string): void => void origins.set(new URL(url).origin, origins.get(new URL(url).origin) ?? url);
  const refused: Failure[] = [];
  for (const source of sources) {
    if (source.kind === 'playlist') {
      firstUrls.push(source.url);
      note(source.url);
      continue;
    }
    // Local videos of a catalogue keep their place below the catalogue's own folder.
    const folder = `${pathToFileURL(dirname(source.path)).href}/`;
    let first: string | undefined;
    for await (const row of openFileCatalogue(source.path).rows({ signal })) {
      if (row.kind === 'refused') {
        if (refused.length <= shownRefused) refused.push(row.failure);
        continue;
      }
      const { playlistUrl } = row.submission;
      first ??= playlistUrl.startsWith(folder) ? `${folder}catalogue` : playlistUrl;
      note(playlistUrl);
    }
    if (first !== undefined) firstUrls.push(first);
  }
  if (firstUrls.length === 0) throw noVideo(sources, refused);
  return { firstUrls, originUrls: [...origins.values()] };
}

function noVideo(sources: readonly SourceArgument[], refused: readonly Failure[]): FlantsError {
  const names = sources.flatMap((source) => (source.kind === 'catalogue' ? [source.path] : []));
  const reasons = refused.slice(0, shownRefused).map(({ message }) => message);
  const rest = refused.length > shownRefused ? '; and so on' : '';
  return new FlantsError(
    'catalogue.unreadable',
    `${names.join(', ')}: no row is a video that could be copied: ${reasons.join('; ')}${rest}`,
  );
}

function joined(parts: readonly Catalogue[]): Catalogue {
  return {
    name: parts.map(({ name }) => name).join(', '),
    async *rows(options): AsyncIterable<CatalogueRow> {
      const seen = new Set<string>();
      let row = 0;
      for (const part of parts) {
        for await (const read of part.rows(options)) {
          row += 1;
          if (read.kind === 'video' && seen.has(read.submission.id)) {
            const { id } = read.submission;
            yield {
              kind: 'refused',
              row,
              id,
              failure: failureWith(
                'catalogue.duplicate',
                `${part.name} names the video ${id}, which another source names too`,
              ),
            };
            continue;
          }
          if (read.kind === 'video') seen.add(read.submission.id);
          yield { ...read, row };
        }
      }
    },
    ...watched(parts),
    find: async (id, options) => {
      for (const part of parts) {
        const found = await part.find?.(id, options);
        if (found) return found;
      }
      return undefined;
    },
    tell: async (news) => {
      for (const part of parts) await part.tell?.(news);
    },
    close: async () => void (await Promise.all(parts.map((part) => part.close()))),
  };
}

/** Of several catalogues at most one can tell of changes; the others are read in intervals. */
function watched(parts: readonly Catalogue[]): Pick<Catalogue, 'watch'> {
  const watch = parts.find((part) => part.watch)?.watch;
  return watch ? { watch } : {};
}
