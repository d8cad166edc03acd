import { mediaTypeOf } from './media-type.ts';
import { keyBytesOf } from './revision.ts';
import type { PlannedFile } from './revision.ts';

/** What is known of a body that came with status 200. */
export interface BodyFacts {
  /** The first bytes: `headBytes` of them if the body has as many. */
  readonly head: Uint8Array;
  /** Of the whole body. Undefined for a large one without an announced length. */
  readonly sizeBytes: number | undefined;
  readonly contentType: string | undefined;
}

/** Bytes that are enough to tell media from a page: three packets of MPEG-2 TS. */
export const headBytes = 3 * 188;

/** Media types that servers give to error pages, and some also to keys and segments that a script sends. */
const pageTypes = new Set([
  'text/html', 'text/plain', 'application/xhtml+xml', 'application/json', 'application/problem+json',
]); // prettier-ignore

/** Captions are text themselves. */
const captionsName = /\.(?:vtt|webvtt|srt|ttml|dfxp)$/i;
const webVttName = /\.(?:vtt|webvtt)$/i;

/**
 * Says why a body cannot be the file, though it came with status 200: an error page, an empty body, a key of the wrong
 * length, or one shorter than the ranges that playlists name. The bytes decide; the media type is only a hint, as scripts
 * serve keys and segments as `text/html`.
 *
 * @returns what it is instead, to follow "answers with"; undefined if it may be the file
 */
export function bodyProblem(
  file: Pick<PlannedFile, 'role' | 'url' | 'minSizeBytes'> & { readonly isWebVtt?: boolean },
  { head, sizeBytes, contentType }: BodyFacts,
): string | undefined {
  const { role, url, minSizeBytes } = file;
  if (role === 'key') {
    const keyBytes = keyBytesOf(file);
    return sizeBytes === keyBytes ? undefined : `${sizeBytes ?? 'far too many'} bytes; this key has ${keyBytes}`;
  }
  if (role !== 'data' && role !== 'attachment' && !startsLikeMedia(head)) {
    const mayBeText =
      role === 'captions' || (mediaTypeOf(contentType) === 'text/plain' && captionsName.test(pathOf(url)));
    if (!mayBeText && isPageType(contentType) && head.byteLength > 0 && isText(head))
      return `a page of type ${contentType}, not media`;
    const other = mayBeginText(head) ? textInPlaceOf(file, head) : undefined;
    if (other !== undefined) return `${other}, not media`;
  }
  if (sizeBytes === 0 && !mayBeEmpty(file, contentType)) return 'an empty body';
  if (minSizeBytes !== undefined && sizeBytes !== undefined && sizeBytes < minSizeBytes) {
    return `${sizeBytes} bytes, but its playlist names a range up to byte ${minSizeBytes}`;
  }
  return undefined;
}

/** A segment of WebVTT is empty where nobody speaks; players pass it over. Its playlist, its name or its type tells it. */
function mayBeEmpty(
  { url, isWebVtt = false }: Pick<PlannedFile, 'url'> & { readonly isWebVtt?: boolean },
  contentType: string | undefined,
): boolean {
  return isWebVtt || webVttName.test(pathOf(url)) || mediaTypeOf(contentType) === 'text/vtt';
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

/** Whether a media type is one of error pages, so that the bytes are worth a look. */
export function isPageType(contentType: string | undefined): boolean {
  return pageTypes.has(mediaTypeOf(contentType) ?? '');
}

/** Boxes that may come first in a segment or initialization section. ISO/IEC 14496-12. */
const firstBoxes = new Set([
  'ftyp',
  'styp',
  'moov',
  'moof',
  'sidx',
  'ssix',
  'emsg',
  'prft',
  'mdat',
  'free',
  'skip',
  'uuid',
]);

/** Marks at the beginning of other media, as Latin-1: WebVTT, ID3 of packed audio, AC-3, JPEG, PNG, GIF, WebP. */
const marks = ['WEBVTT', '\xef\xbb\xbfWEBVTT', 'ID3', '\x0bw', '\xff\xd8\xff', '\x89PNG', 'GIF8', 'RIFF'];

const longestMark = 9;

/** Whether a body begins as one of the known formats of media does. */
export function startsLikeMedia(head: Uint8Array): boolean {
  // ADTS and MPEG audio: eleven bits that are set.
  const isAudioFrame = head[0] === 0xff && (head[1] ?? 0) >= 0xe0;
  if (isTransportStream(head) || beginsWithBox(head) || isAudioFrame) return true;
  const start = latin1(head.subarray(0, longestMark));
  return marks.some((mark) => start.startsWith(mark));
}

/** Whether a body is MPEG-2 TS: packets of 188 bytes, each of which begins with 0x47. ISO/IEC 13818-1 section 2.4.3.2. */
export function isTransportStream(head: Uint8Array): boolean {
  return head[0] === 0x47 && (head.byteLength === 188 || (head[188] === 0x47 && (head[376] ?? 0x47) === 0x47));
}

/** Whether a body is MP4, as segments and initialization sections have it. */
export function beginsWithBox(head: Uint8Array): boolean {
  return firstBoxes.has(latin1(head.subarray(4, 8)));
}

/** Blanks, the bytes of a byte order mark, and the first characters of markup, JSON and playlists. Few encrypted bodies begin so. */
const firstOfText: ReadonlySet<number | undefined> = new Set(
  Array.from('\t\n\v\f\r \xa0\xef<{#', (char) => char.charCodeAt(0)),
);

function mayBeginText(head: Uint8Array): boolean {
  return firstOfText.has(head[0]);
}

/**
 * What scripts and stores answer under the media type that they meant to send: their errors, as a page, JSON or markup, or
 * another playlist. Of markup only TTML is media. Short encrypted bodies begin so by chance, but do not go on in ASCII.
 */
function textInPlaceOf(
  { role, url, isWebVtt = false }: Pick<PlannedFile, 'role' | 'url'> & { readonly isWebVtt?: boolean },
  head: Uint8Array,
): string | undefined {
  const text = textOf(head).trimStart();
  if (/^(?:<!doctype html|<html)/i.test(text)) return 'an HTML page';
  const isMedia = role === 'segment' || role === 'initialization-section';
  // Captions of other formats may begin so. What is known to be WebVTT begins with its mark.
  if (!isMedia || (captionsName.test(pathOf(url)) && !isWebVtt)) return undefined;
  if (text.startsWith('#EXTM3U')) return 'a playlist';
  if (!/^[\t\n\r -~]{8,64}$/.test(text.slice(0, 64))) return undefined;
  if (/^\{\s*"/.test(text)) return 'JSON';
  const root = text.replaceAll(/<\?.*?\?>|<!--.*?-->/gs, '').trimStart();
  return /^<(?!(?:\w+:)?tt[\s>]|[!?])/.test(root) ? 'markup' : undefined;
}

/** As Latin-1, without a byte order mark of UTF-8. */
function textOf(head: Uint8Array): string {
  return latin1(head).replace(/^\u00ef\u00bb\u00bf/, '');
}

/** Encrypted segments have no marks, but bytes that no text has. */
export function isText(head: Uint8Array): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\u000e-\u001f]/.test(latin1(head));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
