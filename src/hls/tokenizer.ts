/** What every token has. `raw + eol` of all tokens, joined, is the text again. */
interface TokenText {
  readonly raw: string;
  /** LF, CRLF, a bare CR, or nothing at the end of the text. */
  readonly eol: string;
  /** From 1. */
  readonly line: number;
  /** Where `raw` begins in the text. */
  readonly at: number;
}

/** A line that begins with `#EXT`. RFC 8216 section 4.1. */
export interface TagToken extends TokenText {
  readonly kind: 'tag';
  /** Without `#`, as `EXT-X-MAP`. */
  readonly name: string;
  /** What follows the colon, without blanks around it; empty where there is none. */
  readonly value: string;
  /** Where `value` begins in the text. */
  readonly valueAt: number;
}

/** A line that names a media segment or a playlist. */
export interface UriToken extends TokenText {
  readonly kind: 'uri';
  /** Without blanks around it. */
  readonly value: string;
  readonly valueAt: number;
}

/** A line without meaning, or the byte order mark that some writers put before the first one. */
export interface PlainToken extends TokenText {
  readonly kind: 'bom' | 'comment' | 'blank';
}

export type Token = TagToken | UriToken | PlainToken;

const byteOrderMark = '\uFEFF';

/**
 * Splits a playlist into lines without losing a character, so that what is not understood survives.
 * Total: any text has tokens. Blanks around a line are tolerated, as players do.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let token = tokenAfter(text); token; token = tokenAfter(text, token)) tokens.push(token);
  return tokens;
}

/** As `tokenize`, one after the other: all together they take many times the memory of the text. */
export function* tokensOf(text: string): Generator<Token, void> {
  for (let token = tokenAfter(text); token; token = tokenAfter(text, token)) yield token;
}

/** The first token of a text, or that which follows another. Undefined at its end. */
function tokenAfter(text: string, before?: Token): Token | undefined {
  const at = before ? before.at + before.raw.length + before.eol.length : 0;
  if (at === text.length) return undefined;
  if (!before && text.startsWith(byteOrderMark)) return { kind: 'bom', raw: byteOrderMark, eol: '', line: 1, at };
  const line = before ? before.line + (before.kind === 'bom' ? 0 : 1) : 1;
  const end = endOfLine(text, at);
  return readLine({ raw: text.slice(at, end), eol: eolAt(text, end), line, at });
}

/** How many lines a text has. Takes no memory for them. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    const end = endOfLine(text, at);
    at = end + eolAt(text, end).length;
  }
  return count;
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}

function eolAt(text: string, at: number): string {
  if (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10) return '\r\n';
  return text.charAt(at);
}

/** What one line is. */
export function readLine(text: TokenText): Token {
  const { raw, eol, line, at } = text;
  const content = raw.trim();
  if (content === '') return { kind: 'blank', ...text };
  const contentAt = content.length === raw.length ? at : at + raw.indexOf(content);
  // Tags and URIs are very many, and a spread takes longer than all else about one.
  if (!content.startsWith('#')) return { kind: 'uri', raw, eol, line, at, value: content, valueAt: contentAt };
  if (!content.startsWith('#EXT')) return { kind: 'comment', ...text };
  const nameEnd = endOfName(content);
  const value = content.charAt(nameEnd) === ':' ? content.slice(nameEnd + 1).trimStart() : '';
  const valueAt = contentAt + content.length - value.length;
  return { kind: 'tag', raw, eol, line, at, name: content.slice(1, nameEnd), value, valueAt };
}

/** Index of the colon or blank behind a tag's name. */
function endOfName(content: string): number {
  const end = content.search(/[:\s]/);
  return end < 0 ? content.length : end;
}
