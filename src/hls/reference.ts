import type { FailureCode } from '../domain/failure.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { ExternalReference, FileRole } from '../domain/revision.ts';

/** A URI of a document that a copy takes along, and where it stands. */
interface NamedUri {
  /** As written, without blanks around it. */
  readonly uri: string;
  /** Its place in the document's text, half-open. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Of the tag that names it, as `EXT-X-MAP`; `EXTINF` for media segments, `images` in chapters. */
  readonly tag: string;
  /** Absolute, without fragment, tokens included. */
  readonly fetchUrl: string;
}

/** A playlist that is read in its turn. */
export interface PlaylistReference extends NamedUri {
  readonly use: 'playlist';
}

/** Subtitles: a playlist by the standard, and with some packagers the WebVTT file itself. */
export interface SubtitlesReference extends NamedUri {
  readonly use: 'subtitles';
}

/** A JSON document of chapters, which may name images. */
export interface ChaptersReference extends NamedUri {
  readonly use: 'chapters';
}

/** `blocks`: in blocks of 16 bytes, the last of them padded, so that they fill it. `unknown`: nothing is known of its bytes. */
export type SegmentCipher = 'blocks' | 'unknown';

/** How to decrypt a segment of which each block of 16 bytes is encrypted. */
export interface SegmentKey {
  /** URL of its key. */
  readonly url: string;
  /** Of the first block: 32 hex digits. Absent: the Media Sequence Number of the segment. RFC 8216 section 5.2. */
  readonly initialVector?: string;
}

/** An object that is copied as it is. */
export interface FileReference extends NamedUri {
  readonly use: 'file';
  readonly role: FileRole;
  /** End of the byte range that names it. */
  readonly minSizeBytes?: number;
  /** Marked GAP. */
  readonly optional?: boolean;
  /** A segment of subtitles as WebVTT, whatever its name is. */
  readonly isWebVtt?: boolean;
  /** How the whole segment is encrypted. Absent: its bytes are media, some of which may be encrypted in themselves. */
  readonly cipher?: SegmentCipher;
  /** Of `blocks`. Absent if nobody can ask for the key by its URL. */
  readonly key?: SegmentKey;
  /** Media Sequence Number, where the key needs it. */
  readonly sequence?: number;
  /** A segment behind an EXT-X-MAP. */
  readonly hasMap?: boolean;
  /** A document that was not there to be read, and takes the place of a file. */
  readonly unread?: boolean;
}

/** A document that is read in its turn. */
export type DocumentReference = PlaylistReference | SubtitlesReference | ChaptersReference;

export type Reference = DocumentReference | FileReference;

/** Why a document cannot be copied. */
export interface Refusal {
  readonly code: FailureCode;
  readonly line: number;
  readonly message: string;
}

/** All that a document's text says about other objects. Nothing is in none of the lists. */
export interface References {
  /** In the order of the text. */
  readonly references: readonly Reference[];
  /** Left as they are, on purpose. */
  readonly external: readonly ExternalReference[];
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly string[];
}

/** What to do with a URI that would make a player ask the old home: refuse the video, or keep and report it. */
export type ExternalPolicy = 'refuse' | 'keep';

/** The variables of a playlist. rfc8216bis section 4.3. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>;
  /** What they hold of the tokens of a playlist's own URL, which must not stand in a copy. */
  readonly secrets: readonly string[];
}

export const noVariables: Variables = { values: new Map(), secrets: [] };

/** The document that references are read from. */
export interface DocumentContext {
  /** For messages and reports: without tokens. */
  readonly url: string;
  /** What its URIs are relative to: after redirects. */
  readonly finalUrl: string;
  readonly external: ExternalPolicy;
  /** Of the playlist that names this one. */
  readonly variables?: Variables;
  /** What must not be stored. */
  readonly tokenRules?: TokenRules;
}

/** Whether a text or URL shows a secret, whichever of its characters are escaped there. */
export function shows(text: string, secrets: readonly string[]): boolean {
  const plain = text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString(),
  );
  return secrets.some((secret) => text.includes(secret) || plain.includes(secret));
}

/** A message without secrets that variables have brought into it. */
export function withoutSecrets(message: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), message);
}

/** A message about a line of a document. It is one line itself, whatever the document holds. */
export function atLine(url: string, line: number, problem: string): string {
  // oxlint-disable-next-line no-control-regex
  return `${url} line ${line}: ${problem}`.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
}
