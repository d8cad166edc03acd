import { defaultTokenRules, withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { FlantsError } from '../domain/failure.ts';
import { maxNamed, maxPlaylistBytes, maxPresentationBytes } from '../domain/playlist-size.ts';
import { assemblePresentation } from './assemble-presentation.ts';
import { fetchDocument, withoutFragment } from './fetch-document.ts';
import type { DocumentRequest, EarlierDocuments, FetchDocumentOptions, FetchedDocument } from './fetch-document.ts';
import { fanOut } from '../domain/waiting/fan-out.ts';
import type { PlacedReference, Presentation, PresentationDocument } from './presentation.ts';
import type { ExternalPolicy } from './reference.ts';

/** Bounds of one presentation. */
export interface WalkLimits {
  /** Playlists and JSON documents in all. */
  readonly maxPlaylists: number;
  /** Of one of them, after any content coding is undone. */
  readonly maxPlaylistBytes: number;
  /** Of all of them together. */
  readonly maxBytes: number;
  /** How far one may be from the root, which has depth 0. */
  readonly maxDepth: number;
  /** Places that name a file, in all playlists together. */
  readonly maxFiles: number;
}

/** Far above what players can work with. */
export const defaultWalkLimits: WalkLimits = {
  maxPlaylists: 1000,
  maxPlaylistBytes,
  maxBytes: maxPresentationBytes,
  maxDepth: 4,
  maxFiles: maxNamed,
};

/** How to walk. */
export interface WalkOptions {
  readonly fetch: FetchDocumentOptions['fetch'];
  readonly limits: WalkLimits;
  readonly signal: AbortSignal;
  /** Defaults to `refuse`. */
  readonly external?: ExternalPolicy;
  /** What to leave out of messages and reports. */
  readonly tokenRules?: TokenRules;
  /** Of walks with the same options. */
  readonly earlier?: EarlierDocuments;
  /** Texts under way at a time; defaults to 8. */
  readonly concurrency?: number;
}

/**
 * Reads a presentation from its root playlist: each URL once, some at a time. The same documents make the same
 * presentation, whoever answers first.
 *
 * @throws {FlantsError} of `parsePlaylist`; `hls.cycle`, `hls.limit`; whatever `fetch` throws
 */
export async function walkPresentation(rootUrl: string, options: WalkOptions): Promise<Presentation> {
  const { tokenRules = defaultTokenRules } = options;
  const start = withoutFragment(rootUrl);
  const root: DocumentRequest = { use: 'playlist', fetchUrl: start, keyUrl: start };
  // A document is read at each of its addresses, also where they differ in tokens alone, or redirects made them one
  // place: the plan must see whether it is the same everywhere.
  const identify = ({ keyUrl, fetchUrl }: DocumentRequest): string => `${keyUrl} ${fetchUrl}`;
  const visits = await readAll(root, { ...options, tokenRules }, identify);
  return assemblePresentation(root, visits, identify);
}

/** Breadth first: the documents that the last ones named are read together. */
async function readAll(
  root: DocumentRequest,
  options: WalkOptions & { readonly tokenRules: TokenRules },
  identify: (request: DocumentRequest) => string,
): Promise<ReadonlyMap<string, FetchedDocument>> {
  const { limits, signal, concurrency = 8, external = 'refuse', fetch, tokenRules, earlier } = options;
  const fetchOptions: FetchDocumentOptions = {
    fetch,
    external,
    tokenRules,
    maxBytes: limits.maxPlaylistBytes,
    ...(earlier ? { earlier } : {}),
  };
  const visits = new Map<string, FetchedDocument>();
  let wave: ReadonlyMap<string, DocumentRequest> = new Map([[identify(root), root]]);
  let [files, bytes] = [0, 0];
  const assertWithin = (count: number, limit: number, what: string): void => {
    if (count <= limit) return;
    const url = withoutTokens(new URL(root.fetchUrl), tokenRules).href;
    throw new FlantsError('hls.limit', `${url} leads to ${what}, which is more than the limit of ${limit}`);
  };
  /** Counts each as it comes: of a thousand that are as large as one may be, no more than some are held. */
  const count = (document: PresentationDocument): void => {
    files += document.references.filter(({ use }) => use === 'file').length;
    bytes += document.bytes.byteLength;
    assertWithin(files, limits.maxFiles, `${files} files`);
    assertWithin(bytes, limits.maxBytes, `${bytes} bytes of playlists`);
  };
  const readOne = async (request: DocumentRequest, either: AbortSignal): Promise<FetchedDocument> => {
    const read = await fetchDocument(request, fetchOptions, either);
    if (read.document) count(read.document);
    return read;
  };

  for (let depth = 0; wave.size > 0; depth++) {
    assertWithin(depth, limits.maxDepth, `playlists in playlists ${depth} deep`);
    assertWithin(visits.size + wave.size, limits.maxPlaylists, `${visits.size + wave.size} playlists`);
    const requests = [...wave];
    const read = await fanOut(requests, ([, request], either) => readOne(request, either), { concurrency, signal });
    const next = new Map<string, DocumentRequest>();
    for (const [index, visit] of read.entries()) visits.set(requests[index]?.[0] ?? '', visit);
    for (const reference of read.flatMap(({ document }) => document?.references ?? [])) {
      if (!isDocumentReference(reference)) continue;
      const id = identify(reference);
      if (!visits.has(id)) next.set(id, next.get(id) ?? reference);
    }
    wave = next;
  }
  return visits;
}

function isDocumentReference(
  reference: PlacedReference,
): reference is Exclude<PlacedReference, { readonly use: 'file' }> {
  return reference.use !== 'file';
}
