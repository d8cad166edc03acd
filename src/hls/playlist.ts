import { isUtf8 } from 'node:buffer';
import { FlantsError } from '../domain/failure.ts';
import { mayMend } from '../domain/next-look.ts';
import { maxPlaylistLines } from '../domain/playlist-size.ts';
import { adaptPlaylist } from './adapt-playlist.ts';
import { missingEndOf } from './ending.ts';
import type { MissingEnd } from './ending.ts';
import { withoutSecrets } from './reference.ts';
import type { DocumentContext, References, Variables } from './reference.ts';
import { readReferences } from './references.ts';
import type { PlaylistKind } from './references.ts';
import { countLines, tokenize } from './tokenizer.ts';
import type { TagToken, Token } from './tokenizer.ts';

/** A playlist with all it says about other objects. */
export interface Playlist extends Omit<References, 'refusals'> {
  readonly kind: PlaylistKind;
  /** As it was adapted for a copy. */
  readonly text: string;
  /** Whether the text is still what its bytes say. */
  readonly isAdapted: boolean;
  /** How `text` was made of the bytes: one character per byte where they are no UTF-8. */
  readonly encoding: 'utf8' | 'latin1';
  readonly tokens: readonly Token[];
  /** What playlists named in this one may import. */
  readonly variables: Variables;
  /** What is to be said of content steering, which the copy does without. */
  readonly steering?: string;
  /** Of a media playlist without EXT-X-ENDLIST. */
  readonly missingEnd?: MissingEnd;
}

/**
 * Reads a playlist that a copy can hold, now or, if it is live, once it is over.
 *
 * Bytes that are no UTF-8 (RFC 8216 section 4 wants it) are accepted as long as no URI needs them: old encoders wrote
 * titles in other encodings.
 *
 * @throws {FlantsError} `hls.not-a-playlist`, `hls.dash`, `hls.empty`, `hls.malformed`, `hls.live`, `hls.variables`,
 * `hls.interstitial`, `hls.external`, `hls.limit`
 */
export function parsePlaylist(bytes: Uint8Array, context: DocumentContext): Playlist {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const written = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
  assertLineCount(written, context);
  const lines = tokenize(written);
  assertIsPlaylist(lines, written, context);
  const kind = kindOf(lines, context);
  const { tokens, variables, steering, loosePart, ...adapted } = adaptPlaylist(lines, context);
  const isAdapted = tokens !== lines;
  const { references, external, warnings, ...read } = readReferences(tokens, kind, context);
  const missing = kind === 'media' ? missingEndOf(lines) : undefined;
  // In a live playlist, their segment is about to come.
  const loose = loosePart && !missing?.isLive ? [loosePart] : [];
  const refusals = [...adapted.refusals, ...loose, ...read.refusals].toSorted((a, b) => a.line - b.line);
  // What its writer is about to change does not count yet.
  const refusal = missing?.isLive ? refusals.find((each) => !mayMend(each)) : refusals[0];
  if (refusal) throw new FlantsError(refusal.code, withoutSecrets(refusal.message, variables.secrets));
  if (encoding === 'latin1') assertAsciiUris(references, context);
  return {
    kind,
    text: isAdapted ? tokens.map(({ raw, eol }) => raw + eol).join('') : written,
    isAdapted,
    encoding,
    tokens,
    variables,
    ...(steering === undefined ? {} : { steering }),
    references,
    external,
    warnings: [
      ...(steering === undefined ? [] : [steering]),
      ...warnings,
      ...textWarnings(lines, encoding, context),
      ...endWarnings(missing, context),
    ],
    ...(missing
      ? {
          missingEnd: {
            ...missing,
            ...(refusals[0] ? { refusal: refusals[0] } : {}),
            ...(loosePart ? { looseParts: loosePart.message } : {}),
          },
        }
      : {}),
  };
}

function assertLineCount(text: string, { url }: DocumentContext): void {
  if (text.length <= maxPlaylistLines || countLines(text) <= maxPlaylistLines) return;
  throw new FlantsError('hls.limit', `${url} has more than ${maxPlaylistLines} lines`);
}

function assertIsPlaylist(tokens: readonly Token[], text: string, { url, finalUrl }: DocumentContext): void {
  if (text === '') throw new FlantsError('hls.empty', `${url} is empty: it holds no bytes at all`);
  const first = tokens.find(({ kind }) => kind !== 'bom' && kind !== 'blank');
  if (first?.kind === 'tag' && first.name === 'EXTM3U') return;
  const head = text.slice(0, 4096);
  if (/<(?:\w+:)?MPD[\s>]/.test(head) || new URL(finalUrl).pathname.endsWith('.mpd')) {
    throw new FlantsError(
      'hls.dash',
      `${url} is a DASH manifest: only HLS is copied; name the HLS playlist of this video`,
    );
  }
  throw new FlantsError('hls.not-a-playlist', `${url} does not begin with #EXTM3U: ${describe(head)}`);
}

function describe(head: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^(?:\u00ff\u00fe|\u00fe\u00ff|#\u0000E\u0000|\u0000#\u0000E)/.test(head))
    return 'it is UTF-16; playlists are UTF-8';
  if (/^#EXT/m.test(head)) return 'it has tags of HLS, but players refuse it without that first line';
  if (/<html|<!doctype html/i.test(head)) return 'it is an HTML page, perhaps of an error or a login';
  if (/^\s*<\?xml/.test(head)) return 'it is XML';
  if (/^\s*[{[]/.test(head)) return 'it looks like JSON';
  return 'it is something else than an HLS playlist';
}

/** What only playlists of playlists have. */
const variantTags = new Set(['EXT-X-STREAM-INF', 'EXT-X-MEDIA', 'EXT-X-I-FRAME-STREAM-INF', 'EXT-X-IMAGE-STREAM-INF']);

/** What belongs there too, and is passed over by players in a media playlist. */
const sessionTags = new Set(['EXT-X-SESSION-DATA', 'EXT-X-SESSION-KEY', 'EXT-X-CONTENT-STEERING']);

/** By which players tell a media playlist. */
const mediaTags = new Set(['EXTINF', 'EXT-X-TARGETDURATION']);

function kindOf(tokens: readonly Token[], { url }: DocumentContext): PlaylistKind {
  const variant = firstTag(tokens, variantTags);
  const media = firstTag(tokens, mediaTags);
  // RFC 8216 section 4: "A Playlist MUST be either a Media Playlist or a Master Playlist, but not both."
  if (variant && media) {
    const both = `${variant.name} (line ${variant.line}) and ${media.name} (line ${media.line})`;
    throw new FlantsError('hls.malformed', `${url} is both a multivariant and a media playlist: it has ${both}`);
  }
  if (media) return 'media';
  if (variant || firstTag(tokens, sessionTags)) return 'multivariant';
  if (tokens.some(({ kind }) => kind === 'uri')) return 'media';
  throw new FlantsError('hls.empty', `${url} names no media segment and no other playlist`);
}

function firstTag(tokens: readonly Token[], names: ReadonlySet<string>): TagToken | undefined {
  return tokens.find((token): token is TagToken => token.kind === 'tag' && names.has(token.name));
}

function endWarnings(missing: Pick<MissingEnd, 'isLive'> | undefined, { url }: DocumentContext): readonly string[] {
  if (!missing || missing.isLive) return [];
  return [`${url} has no EXT-X-ENDLIST: it is of type VOD, which cannot change, so it is over, and the copy gets one`];
}

/** What such a URI would name depends on a guess. */
function assertAsciiUris(references: Playlist['references'], { url }: DocumentContext): void {
  // oxlint-disable-next-line no-control-regex
  const odd = references.find(({ uri }) => /[^\u0000-\u007f]/.test(uri));
  if (odd) throw new FlantsError('hls.malformed', `${url} line ${odd.line}: the URI of ${odd.tag} is not UTF-8`);
}

function textWarnings(
  tokens: readonly Token[],
  encoding: Playlist['encoding'],
  { url }: DocumentContext,
): readonly string[] {
  const warnings: string[] = [];
  if (encoding === 'latin1') warnings.push(`${url} is not UTF-8: strict players refuse it`);
  if (tokens[0]?.kind === 'bom') warnings.push(`${url} begins with a byte order mark: strict players refuse it`);
  return warnings;
}
