import { reaches, relativeUri } from '../domain/names/destination-key.ts';
import { FlantsError } from '../domain/failure.ts';
import { endListLine } from './ending.ts';
import { findJsonStrings } from './json-strings.ts';
import type { JsonString } from './json-strings.ts';
import type { PresentationDocument } from './presentation.ts';
import { shows } from './reference.ts';
import { tokenize, tokensOf } from './tokenizer.ts';
import type { Token } from './tokenizer.ts';

/** A span of a text and what takes its place. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The bytes of a document as they must stand at the destination: each URI that would not lead to its object there
 * becomes a relative one, a media playlist without EXT-X-ENDLIST gets one, everything else stays byte for byte.
 *
 * @param key - of the document
 * @param targetKeys - of what `document.references` name, in their order
 * @throws {FlantsError} `hls.variables` when a token would stay in it, `hls.malformed` when a document that is not UTF-8
 * would have to change, `key.unusable` when no relative URI leads to an object
 */
export function rewriteDocument(
  document: PresentationDocument,
  key: string,
  targetKeys: readonly string[],
): Uint8Array {
  const splices: Splice[] = [];
  for (const [index, { uri, start, end }] of document.references.entries()) {
    const target = targetKeys[index];
    if (target === undefined) throw new FlantsError('internal', `no key for ${uri} of ${document.url}`);
    if (!reaches(uri, key, target)) splices.push({ start, end, text: uriTo(target, key) });
  }
  if (document.secrets) assertNoSecret(document, document.secrets, splice(document.text, splices));
  const end = document.missingEnd ? endListLine(tokenize(document.text)) : '';
  if (splices.length === 0 && end === '') return document.bytes;
  if (splices.length > 0 && document.encoding !== 'utf8') {
    throw new FlantsError('hls.malformed', `${document.url} is not UTF-8, and some of its URIs would have to change`);
  }
  const rewritten = splice(document.text, splices);
  if (document.role === 'data') assertSameStrings(document, rewritten, splices);
  else if (document.role === 'thumbnail-track') assertSameLines(document, rewritten, splices);
  else assertSameTokens(document, rewritten, splices);
  // RFC 8216 section 4: "Playlist files MUST NOT contain any byte order mark (BOM)".
  return Buffer.from(rewritten.replace(/^\uFEFF/, '') + end, document.encoding);
}

/** Variables may bring a token of the playlist's URL to attributes that are no URIs. */
function assertNoSecret({ url }: PresentationDocument, secrets: readonly string[], text: string): void {
  if (!shows(text, secrets)) return;
  throw new FlantsError('hls.variables', `${url} has a token of its own URL where the copy would show it`);
}

function uriTo(target: string, key: string): string {
  const uri = relativeUri(key, target);
  if (!reaches(uri, key, target)) throw new FlantsError('key.unusable', `no URI in ${key} leads to ${target}`);
  return uri;
}

/** @param textAt - where `text` begins in what the spans are counted in */
function splice(text: string, splices: readonly Splice[], textAt = 0): string {
  let spliced = '';
  let at = 0;
  for (const { start, end, text: replacement } of splices) {
    spliced += text.slice(at, start - textAt) + replacement;
    at = end - textAt;
  }
  return spliced + text.slice(at);
}

/** Reads the new text again: the same lines and tags, and no line differs but by its splices. */
function assertSameTokens({ text, url }: PresentationDocument, rewritten: string, splices: readonly Splice[]): void {
  let next = 0;
  const isAsPlanned = (token: Token, now: Token): boolean => {
    const from = next;
    while ((splices[next]?.end ?? Infinity) <= token.at + token.raw.length) next++;
    const planned = splice(token.raw, splices.slice(from, next), token.at);
    return now.kind === token.kind && nameOf(now) === nameOf(token) && now.raw === planned && now.eol === token.eol;
  };
  if (areAlike(tokensOf(text), tokensOf(rewritten), isAsPlanned) && next === splices.length) return;
  throw new FlantsError('internal', `rewriting ${url} would have changed more than its URIs`);
}

/** Reads the new text again: it has the same lines, and those without a splice are the same. */
function assertSameLines({ text, url }: PresentationDocument, rewritten: string, splices: readonly Splice[]): void {
  const before = text.split('\n');
  const after = rewritten.split('\n');
  let [end, next] = [-1, 0];
  const isKept = (line: string, index: number): boolean => {
    end += 1 + line.length;
    const from = next;
    while ((splices[next]?.start ?? Infinity) <= end) next++;
    return next > from || line === after[index];
  };
  if (before.length === after.length && before.every(isKept)) return;
  throw new FlantsError('internal', `rewriting ${url} would have changed more than its URIs`);
}

function nameOf(token: Token): string | undefined {
  return token.kind === 'tag' ? token.name : undefined;
}

function assertSameStrings({ text, url }: PresentationDocument, rewritten: string, splices: readonly Splice[]): void {
  const planned = new Set(splices.map(({ start }) => start));
  const isKept = (before: JsonString, now: JsonString): boolean =>
    before.depth === now.depth &&
    String(before.path) === String(now.path) &&
    (before.value === now.value || planned.has(before.start));
  if (areAlike(findJsonStrings(text), findJsonStrings(rewritten), isKept)) return;
  throw new FlantsError('internal', `rewriting ${url} would have changed more than its URIs`);
}

/** Whether two sequences are as long, and each pair is alike. */
function areAlike<T>(some: Iterator<T>, others: Iterator<T>, isPair: (one: T, other: T) => boolean): boolean {
  for (;;) {
    const [one, other] = [some.next(), others.next()];
    if (one.done || other.done) return one.done === other.done;
    if (!isPair(one.value, other.value)) return false;
  }
}
