import { createHash } from 'node:crypto';
import { withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/read-playlist.ts';
import type { ExternalReference } from '../domain/revision.ts';
import { readChapters } from './chapters.ts';
import { gunzipIfNeeded } from './gunzip.ts';
import { readThumbnailTrack } from './thumbnail-track.ts';
import { parsePlaylist } from './playlist.ts';
import type { PlacedReference, PresentationDocument } from './presentation.ts';
import { atLine, noVariables, shows } from './reference.ts';
import type { DocumentContext, DocumentReference, ExternalPolicy, Reference, Variables } from './reference.ts';
import { keyUrlOf } from './resolve.ts';

/** A document as `fetch` returned it. */
export interface FetchedText {
  /** After redirects. */
  readonly finalUrl: string;
  readonly bytes: Uint8Array;
  readonly validators: Validators;
  readonly contentType?: string;
}

/** A document to fetch. */
export interface DocumentRequest {
  /** `thumbnails`: a WebVTT track whose cues name images. */
  readonly use: DocumentReference['use'] | 'thumbnails';
  readonly fetchUrl: string;
  readonly keyUrl: string;
  /** Of the playlist that names it. */
  readonly variables?: Variables;
}

/** A document that was fetched and parsed. */
export interface FetchedDocument {
  /** undefined where the text is a file like any other. */
  readonly document: PresentationDocument | undefined;
  /** Nothing was there. */
  readonly absent?: true;
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
}

/** What was read before with the same options, each at its address and for its use. */
export type EarlierDocuments = Map<string, FetchedDocument>;

/** How to fetch documents. */
export interface FetchDocumentOptions {
  /** Gets a text whole; what it throws ends the walk. Its signal is aborted when another text fails, too. */
  readonly fetch: (
    url: string,
    options: Pick<DocumentRequest, 'use' | 'variables'> & { readonly signal: AbortSignal },
  ) => Promise<FetchedText>;
  readonly maxBytes: number;
  readonly external: ExternalPolicy;
  readonly tokenRules: TokenRules;
  /** Texts that are still the same are not parsed again, and what is read is added. */
  readonly earlier?: EarlierDocuments;
}

const plainFile: FetchedDocument = { document: undefined, external: [], warnings: [] };

/**
 * Fetches one document and resolves every URI in it.
 *
 * @throws {FlantsError} of `parsePlaylist`, `hls.limit`; whatever `fetch` throws
 */
export async function fetchDocument(
  request: DocumentRequest,
  options: FetchDocumentOptions,
  signal: AbortSignal,
): Promise<FetchedDocument> {
  const url = withoutTokens(new URL(request.fetchUrl), options.tokenRules).href;
  const fetched = await fetchUnlessAbsent(request, options, signal);
  if (!fetched) return { ...plainFile, absent: true };
  const { validators } = fetched;
  const finalUrl = withoutFragment(fetched.finalUrl);
  const sha256 = createHash('sha256').update(fetched.bytes).digest('hex');
  const { variables: imported } = request;
  const id = JSON.stringify([request.use, request.keyUrl, request.fetchUrl, ...(imported?.values ?? [])]);
  const known = options.earlier?.get(id);
  if (known?.document?.sha256 === sha256 && known.document.finalUrl === finalUrl) {
    return { ...known, document: { ...known.document, validators } };
  }
  const bytes = await gunzipIfNeeded(fetched.bytes, url, options.maxBytes);
  const { external: policy, tokenRules } = options;
  const context: DocumentContext = {
    url,
    finalUrl,
    external: policy,
    tokenRules,
    ...(imported ? { variables: imported } : {}),
  };
  if (request.use === 'subtitles' && isWebVtt(bytes)) {
    return {
      ...plainFile,
      warnings: [`${url} is a WebVTT file in place of a playlist of subtitles: many players refuse it`],
    };
  }
  const content = readContent(request.use, bytes, context);
  if (!content) return plainFile;

  const { external, warnings, role, text, encoding, missingEnd, isAdapted = false, variables = noVariables } = content;
  const references = request.use === 'subtitles' ? asWebVtt(content.references) : content.references;
  assertNoSecret(references, variables.secrets, { url, tokenRules });
  const documentPlace = { finalUrl, keyUrl: request.keyUrl };
  const document: PresentationDocument = {
    role,
    text,
    encoding,
    ...(missingEnd ? { missingEnd } : {}),
    ...(variables.secrets.length > 0 ? { secrets: variables.secrets } : {}),
    bytes: isAdapted ? Buffer.from(text, encoding) : bytes,
    url,
    fetchUrl: request.fetchUrl,
    ...documentPlace,
    validators,
    sha256,
    references: references.map((reference) =>
      placeReference(reference, { keyUrl: keyUrlOf(reference.fetchUrl, documentPlace), playlistUrl: url, variables }),
    ),
  };
  const read = { document, external, warnings };
  options.earlier?.set(id, read);
  return read;
}

/** Variables may bring a token to a place of a URL where nothing takes it out again, such as a folder's name. */
function assertNoSecret(
  references: readonly Reference[],
  secrets: readonly string[],
  { url, tokenRules }: { readonly url: string; readonly tokenRules: TokenRules },
): void {
  if (secrets.length === 0) return;
  for (const { fetchUrl, tag, line } of references) {
    const kept = withoutTokens(new URL(fetchUrl), tokenRules).href;
    if (!shows(kept, secrets)) continue;
    const problem = `the URI of ${tag} has a token of the playlist's own URL where it would be stored`;
    throw new FlantsError('hls.variables', atLine(url, line, problem));
  }
}

/** RFC 8216 section 3.5: segments of subtitles are WebVTT. Those behind an initialization section are fragments of MP4. */
function asWebVtt(references: readonly Reference[]): readonly Reference[] {
  const isMp4 = references.some((each) => each.use === 'file' && each.role === 'initialization-section');
  if (isMp4) return references;
  return references.map((each) =>
    each.use === 'file' && each.role === 'segment' ? { ...each, isWebVtt: true } : each,
  );
}

/** WebVTT section 4.1: the text begins with these letters, behind a byte order mark or not. */
export function isWebVtt(bytes: Uint8Array): boolean {
  return /^(?:\ufeff)?WEBVTT(?:\s|$)/.test(Buffer.from(bytes.subarray(0, 16)).toString('utf8'));
}

/** The URL that is requested: a fragment is never sent. */
export function withoutFragment(url: string): string {
  const plain = new URL(url);
  plain.hash = '';
  return plain.href;
}

/** Missing chapters and tracks of thumbnails count as a missing file, which a person may accept. A missing playlist ends the crawl. */
async function fetchUnlessAbsent(
  { use, fetchUrl, variables }: DocumentRequest,
  { fetch }: FetchDocumentOptions,
  signal: AbortSignal,
): Promise<FetchedText | undefined> {
  try {
    return await fetch(fetchUrl, { use, ...(variables ? { variables } : {}), signal });
  } catch (error) {
    if (
      (use === 'chapters' || use === 'thumbnails') &&
      error instanceof FlantsError &&
      error.code === 'source.not-found'
    )
      return undefined;
    throw error;
  }
}

type Content = Pick<PresentationDocument, 'role' | 'text' | 'encoding' | 'missingEnd'> & {
  /** Whether the text is still what the bytes say. */
  readonly isAdapted?: boolean;
  readonly variables?: Variables;
  readonly references: readonly Reference[];
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
};

function readContent(use: DocumentRequest['use'], bytes: Uint8Array, context: DocumentContext): Content | undefined {
  if (use === 'chapters') return readChaptersContent(bytes, context);
  return use === 'thumbnails' ? readThumbnailsContent(bytes, context) : readPlaylistContent(bytes, context);
}

function readThumbnailsContent(bytes: Uint8Array, context: DocumentContext): Content | undefined {
  const track = isWebVtt(bytes) ? readThumbnailTrack(bytes, context) : undefined;
  const refusal = track?.refusals[0];
  if (refusal) throw new FlantsError(refusal.code, refusal.message);
  return track && { ...track, role: 'thumbnail-track', encoding: 'utf8' };
}

function readPlaylistContent(bytes: Uint8Array, context: DocumentContext): Content {
  const playlist = parsePlaylist(bytes, context);
  return { ...playlist, role: `${playlist.kind}-playlist` };
}

function readChaptersContent(bytes: Uint8Array, context: DocumentContext): Content | undefined {
  const chapters = readChapters(bytes, context);
  const refusal = chapters?.refusals[0];
  if (refusal) throw new FlantsError(refusal.code, refusal.message);
  return chapters && { ...chapters, role: 'data', encoding: 'utf8' };
}

function placeReference(
  reference: Reference,
  { keyUrl, playlistUrl, variables }: { keyUrl: string; playlistUrl: string; variables: Variables },
): PlacedReference {
  if (reference.use === 'file') return { ...reference, keyUrl, playlistUrl };
  return { ...reference, keyUrl, ...(variables.values.size > 0 ? { variables } : {}) };
}
