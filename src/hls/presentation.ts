import type { Validators } from '../domain/read-playlist.ts';
import type { DocumentRole, ExternalReference } from '../domain/revision.ts';
import type { MissingEnd } from './ending.ts';
import type { DocumentReference, FileReference, Variables } from './reference.ts';

/** Where a reference belongs in the copy. */
interface Placed {
  /** Its key derives from this URL: the one it is fetched from, but for redirects of the playlists above it. */
  readonly keyUrl: string;
}

/** A file as one place of one document names it. */
export type PlacedFile = FileReference &
  Placed & {
    /** Of the document that names it, without tokens. */
    readonly playlistUrl: string;
  };

export type PlacedReference = PlacedFile | (DocumentReference & Placed & { readonly variables?: Variables });

/** A playlist or JSON document of a presentation. */
export interface PresentationDocument {
  readonly role: DocumentRole;
  /** As it was asked for, tokens included. */
  readonly fetchUrl: string;
  /** After redirects. */
  readonly finalUrl: string;
  readonly keyUrl: string;
  /** For messages and reports: without tokens. */
  readonly url: string;
  readonly validators: Validators;
  /** SHA-256 of the bytes that the source gave, lower-case hex. */
  readonly sha256: string;
  /** The document itself, with no content coding, adapted for a copy. */
  readonly bytes: Uint8Array;
  /** The bytes as text, one character per byte where they are no UTF-8; spans of references are counted in it. */
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
  /** Of a media playlist without EXT-X-ENDLIST. */
  readonly missingEnd?: MissingEnd;
  /** In the order of the text. */
  readonly references: readonly PlacedReference[];
  /** Tokens of its URL that variables have brought into the text, and that must not be stored. */
  readonly secrets?: readonly string[];
}

/** One HLS presentation: all that must be copied for it to play elsewhere. */
export interface Presentation {
  /** What is named before what names it: the order to publish in. The last one is the root. */
  readonly documents: readonly PresentationDocument[];
  /** In playing order; a file that several places name is there several times. */
  readonly files: readonly PlacedFile[];
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
}
