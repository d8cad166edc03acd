import { createHash } from 'node:crypto';
import type { ReadPlaylist } from './read-playlist.ts';
import type { RevisionDigest, VideoId } from './video.ts';

/** What a file is to the presentation; decides its headers and how it is sanity-checked. */
export const fileRoles = [
  'segment',
  'initialization-section',
  'key',
  'image',
  'data',
  'poster',
  'captions',
  'attachment',
] as const;

/** One of `fileRoles`. */
export type FileRole = (typeof fileRoles)[number];

/**
 * Bytes that a key has, neither more nor fewer: 16 (RFC 8216 section 4.3.2.4), if its playlist does not want more (AES-256 of
 * rfc8216bis).
 */
export function keyBytesOf({ minSizeBytes = 16 }: Pick<PlannedFile, 'minSizeBytes'>): number {
  return minSizeBytes;
}

/** What a document is; multivariant playlists go out last. */
export const documentRoles = ['data', 'thumbnail-track', 'media-playlist', 'multivariant-playlist'] as const;

/** One of `documentRoles`. */
export type DocumentRole = (typeof documentRoles)[number];

/** One media object of a video that an ant must copy. */
export interface PlannedFile {
  /** Place below the destination's prefix. */
  readonly key: string;
  /** Where to fetch it, without tokens or other secrets. */
  readonly url: string;
  readonly role: FileRole;
  /** The object must hold at least this much: the end of the furthest byte range that names it, or a key of AES-256. */
  readonly minSizeBytes?: number;
  /** Marked GAP: its absence at the source is no failure. */
  readonly optional?: boolean;
}

/** A playlist or JSON document, with the exact bytes that will stand at the destination. */
export interface PlannedDocument {
  readonly key: string;
  readonly url: string;
  readonly role: DocumentRole;
  readonly body: Uint8Array;
}

/** A URI that stays outside the copy, on purpose or for lack of a way to copy it. */
export interface ExternalReference {
  readonly playlistUrl: string;
  readonly line: number;
  readonly tag: string;
  readonly uri: string;
  readonly reason: string;
}

/** What comparing bytes and readings has shown about the names of a presentation. */
export interface QueryFindings {
  /** Names, in lower case, that choose the object in this presentation, beside those of the library's key rules. */
  readonly keyParameters?: readonly string[];
  /** Digest of the URLs, without tokens, whose several tokens led to the same bytes. */
  readonly sharedDigest?: string;
  /** Parameters that are new at each reading, beside those of the library's key rules. */
  readonly tokenParameters?: readonly string[];
  /** Patterns of what is new in paths at each reading, beside those of the library's key rules. */
  readonly sessionPatterns?: readonly string[];
}

/** The sealed plan of a video without its list of files, which can be long and is read in ranges. */
export interface RevisionHeader {
  readonly video: VideoId;
  readonly digest: RevisionDigest;
  /** How many files the plan has. */
  readonly total: number;
  /** In the order they must be published: what is named before what names it. */
  readonly documents: readonly PlannedDocument[];
  readonly playlists: readonly ReadPlaylist[];
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
  /** Some URLs carried a token that is not in the plan: they are read again from the playlists. */
  readonly hasTokens: boolean;
  /** The source gave cookies with the playlists, which are not in the plan: whoever copies reads these again. */
  readonly hasCookies?: boolean;
  /** Absent where no URLs differ in tokens alone. */
  readonly queryFindings?: QueryFindings;
}

/** Whether files may only be had with what the playlists grant to whoever reads them. */
export function wantsGrants({ hasTokens, hasCookies }: Pick<RevisionHeader, 'hasTokens' | 'hasCookies'>): boolean {
  return hasTokens || hasCookies === true;
}

/** A video's sealed plan. */
export interface Revision extends RevisionHeader {
  /** In playing order; a file's index in it is its number in bits and batches. */
  readonly files: readonly PlannedFile[];
}

/** Key of the playlist that a player begins with: documents are in publishing order, so it is the last. */
export function rootKeyOf(documents: readonly PlannedDocument[]): string | undefined {
  return documents.findLast(({ role }) => role === 'multivariant-playlist' || role === 'media-playlist')?.key;
}

/**
 * The playlists of a plan, to ask whether they have changed: what names another before it. One that is named no more need
 * not be there any more.
 */
export function playlistsFromRoot({ playlists }: Pick<RevisionHeader, 'playlists'>): readonly ReadPlaylist[] {
  return playlists.toReversed();
}

/**
 * Digest of what would stand at the destination: ordered files and exact documents, and what could not be read. Validators
 * stay out of it, so that the same presentation keeps its numbering.
 */
export function digestOf(plan: Pick<Revision, 'files' | 'documents' | 'playlists'>): RevisionDigest {
  const hash = createHash('sha256');
  for (const { url, sha256 } of plan.playlists) {
    if (sha256 === undefined) hash.update(JSON.stringify(['unread', url]));
  }
  for (const file of plan.files) {
    hash.update(
      JSON.stringify(['file', file.key, file.url, file.role, file.minSizeBytes ?? 0, file.optional ?? false]),
    );
  }
  for (const document of plan.documents) {
    hash.update(JSON.stringify(['document', document.key, document.role, document.body.byteLength]));
    hash.update(document.body);
  }
  return hash.digest('hex');
}
