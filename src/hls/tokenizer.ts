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
  let at = 0;
  if (text.startsWith(byteOrderMark)) {
    tokens.push({ kind: 'bom', raw: byteOrderMark, eol: '', line: 1, at });
    at = byteOrderMark.length;
  }
  for (let line = 1; at < text.length; line++) {
    const end = endOfLine(text, at);
    const raw = text.slice(at, end);
    const eol = eolAt(text, end);
    tokens.push(readLine({ raw, eol, line, at }));
    at = end + eol.length;
  }
  return tokens;
}

/** The text that was tokenized. */
export function joinTokens(tokens: readonly Token[]): string {
  return tokens.map(({ raw, eol }) => raw + eol).join('');
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return text.length;
}

function eolAt(text: string, at: number): string {
  if (text.startsWith('\r\n', at)) return '\r\n';
  return text.slice(at, at + 1);
}

function readLine(line: TokenText): Token {
  const content = line.raw.trim();
  if (content === '') return { kind: 'blank', ...line };
  const contentAt = line.at + line.raw.indexOf(content);
  if (!content.startsWith('#')) return { kind: 'uri', ...line, value: content, valueAt: contentAt };
  if (!content.startsWith('#EXT')) return { kind: 'comment', ...line };
  const name = /^[^:\s]*/.exec(content.slice(1))?.[0] ?? '';
  const colon = content.charAt(name.length + 1) === ':' ? name.length + 1 : -1;
  const rest = colon < 0 ? '' : content.slice(colon + 1);
  const value = rest.trimStart();
  return { kind: 'tag', ...line, name, value, valueAt: contentAt + content.length - value.length };
}
