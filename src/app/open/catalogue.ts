import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { openFileCatalogue } from '../../catalogue/file-catalogue.ts';
import { singleCatalogue } from '../../catalogue/single-catalogue.ts';
import type { MongoCatalogueOptions } from '../../catalogue/mongo/catalogue.ts';
import type { SourceArgument } from '../../config/values/location.ts';
import type { ClusterSource } from '../../config/values/cluster-source.ts';
import { FlantsError } from '../../domain/failure.ts';
import type { Failure } from '../../domain/failure.ts';
import { allRefusedMessage } from '../../domain/report/scan-summary.ts';
import { urlOrigin } from '../../domain/names/url-origin.ts';
import { rememberRows } from '../../catalogue/remember-rows.ts';
import type { RememberOptions } from '../../catalogue/remember-rows.ts';
import { withSideFiles } from '../../catalogue/side-files.ts';
import type { SideFileField } from '../../config/values/side-files.ts';
import { openApi } from './api.ts';
import { joinCatalogues } from '../join-catalogues.ts';

/**
 * Opens all sources of the command line as one catalogue. Loads the MongoDB driver only for a source in MongoDB, since
 * loading it takes a seventh of a second.
 *
 * @param options.sideFiles - fields of rows that name side files
 * @param options.mongo - how to read sources in MongoDB
 * @param options.remember - for those who look up rows, also in catalogues that can only be read as a whole
 */
export async function openCatalogue(
  sources: readonly (ClusterSource | SourceArgument)[],
  { sideFiles, onAbsentField, mongo, remember }: OpenCatalogueOptions,
): Promise<Catalogue> {
  const playlists = sources.flatMap((source) => (source.kind === 'playlist' ? [source.url] : []));
  const named = playlists.length > 0 ? singleCatalogue(playlists, process.cwd()) : undefined;
  const parts = [
    ...(named ? [named] : []),
    ...sources.flatMap((source) => (source.kind === 'catalogue' ? [openFileCatalogue(source.path, source)] : [])),
    ...(await Promise.all(sources.flatMap((source) => (source.kind === 'api' ? [openApi(source)] : [])))),
    ...(mongo ? await openMongoCatalogues(sources, mongo) : []),
  ].map((part) => {
    const whole = withSideFiles(part, sideFiles, part === named ? undefined : onAbsentField);
    return remember ? rememberRows(whole, remember) : whole;
  });
  const [only] = parts;
  return only && parts.length === 1 ? only : joinCatalogues(parts);
}

/** Opens sources as `openCatalogue` does, and closes them after use. */
export async function withCatalogue<T>(
  sources: Parameters<typeof openCatalogue>[0],
  options: OpenCatalogueOptions,
  use: (catalogue: Catalogue) => Promise<T>,
): Promise<T> {
  const catalogue = await openCatalogue(sources, options);
  try {
    return await use(catalogue);
  } finally {
    await catalogue.close();
  }
}

/** How to read catalogues. */
export interface OpenCatalogueOptions {
  readonly sideFiles: readonly SideFileField[];
  /** Told of fields of side files that no row of a catalogue has. Absent: nobody wants to know. */
  readonly onAbsentField?: (message: string) => void;
  /** Absent: no source is in MongoDB. */
  readonly mongo?: Omit<MongoCatalogueOptions, 'url'>;
  /** Absent: nobody looks up rows. */
  readonly remember?: RememberOptions;
}

async function openMongoCatalogues(
  sources: readonly (ClusterSource | SourceArgument)[],
  mongo: Omit<MongoCatalogueOptions, 'url'>,
): Promise<readonly Catalogue[]> {
  const urls = sources.flatMap((source) => (source.kind === 'mongodb' ? [source.url] : []));
  if (urls.length === 0) return [];
  const { openMongoCatalogue } = await import('../../catalogue/mongo/catalogue.ts');
  return urls.map((url) => openMongoCatalogue({ ...mongo, url }));
}

/** More than a message names. */
const maxKeptRefusals = 10;

/** What a run has to know about its sources before it starts. */
export interface Survey {
  /**
   * Playlist URLs from which a new library derives its root: each playlist named directly, and the first of each
   * catalogue.
   */
  readonly firstUrls: readonly string[];
  /** One playlist URL for each origin or bucket. Headers of the user are sent to these hosts only. */
  readonly originUrls: readonly string[];
  /** How many videos the sources name. */
  readonly videos: number;
  /** One URL for each origin of side files. They get no headers of the user. */
  readonly namedUrls: readonly string[];
}

/**
 * Reads all sources once before the run.
 *
 * @throws {FlantsError} `catalogue.unreadable` if they name no video at all
 */
export async function surveySources(
  { sources, sideFiles }: { readonly sources: readonly SourceArgument[] } & OpenCatalogueOptions,
  signal: AbortSignal,
): Promise<Survey> {
  const firstUrls: string[] = [];
  const origins = new Map<string, string>();
  const named = new Map<string, string>();
  const addOrigin = (url: string, to = origins): void => {
    const origin = urlOrigin(new URL(url));
    if (!to.has(origin)) to.set(origin, url);
  };
  const refused: Failure[] = [];
  let videos = 0;
  for (const source of sources) {
    if (source.kind === 'playlist') {
      videos += 1;
      firstUrls.push(source.url);
      addOrigin(source.url);
      continue;
    }
    if (source.kind === 'stdin') throw new FlantsError('internal', 'standard input is to be kept before it is read');
    // Keys of a catalogue's local videos are relative to the folder of the catalogue.
    const folder = source.kind === 'api' ? undefined : `${pathToFileURL(source.folder ?? dirname(source.path)).href}/`;
    const catalogue = withSideFiles(
      source.kind === 'api' ? await openApi(source) : openFileCatalogue(source.path, source),
      sideFiles,
    );
    let first: string | undefined;
    try {
      for await (const row of catalogue.rows({ signal })) {
        if (row.kind === 'refused') {
          if (refused.length < maxKeptRefusals) refused.push(row.failure);
          continue;
        }
        videos += 1;
        const { playlistUrl, sideFiles: beside = [] } = row.submission;
        first ??= folder !== undefined && playlistUrl.startsWith(folder) ? `${folder}catalogue` : playlistUrl;
        addOrigin(playlistUrl);
        for (const { url } of beside) addOrigin(url, named);
      }
    } finally {
      await catalogue.close();
    }
    if (first !== undefined) firstUrls.push(first);
  }
  if (firstUrls.length === 0) throw noVideoError(sources, refused);
  return { firstUrls, originUrls: [...origins.values()], namedUrls: [...named.values()], videos };
}

function noVideoError(sources: readonly SourceArgument[], refused: readonly Failure[]): FlantsError {
  const names = sources.flatMap((source) =>
    source.kind === 'catalogue' ? [source.name ?? source.path] : source.kind === 'api' ? [source.name] : [],
  );
  return new FlantsError('catalogue.unreadable', `${names.join(', ')}: ${allRefusedMessage(refused)}`);
}
