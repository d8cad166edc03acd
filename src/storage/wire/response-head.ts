import type { IncomingHttpHeaders } from 'node:http';
import { ResponseError } from './errors.ts';
import { listOf } from './header-list.ts';

/** Status line and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  /** Names in lower case. A header that came several times has a list. */
  readonly headers: IncomingHttpHeaders;
  /** Whether the server speaks HTTP/1.1. */
  readonly isPersistent: boolean;
}

/** A part of a text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The bytes that may not stand in a head: controls other than the tab, and line ends that are not CRLF. */
const forbidden = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;
/** RFC 9112 section 4. Some servers leave out the blank before an empty reason. */
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
/** RFC 9110 section 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** The names of headers that servers send, in lower case: nearly all responses have the same. */
const knownNames = new Map<string, string>();
const maxKnownNames = 500;

/**
 * Reads the head of a response. RFC 9112 sections 4 and 5, without the leniency that lets two readers of the same bytes
 * understand different responses.
 *
 * @param text - the head without the empty line at its end, as Latin-1
 * @throws {ResponseError}
 */
export function parseHead(text: string): ResponseHead {
  if (forbidden.test(text)) throw new ResponseError('INVALID_CHARACTER', 'a character that no head may have');
  let end = endOfLine(text, 0);
  const [, minor, status] = statusLine.exec(text.slice(0, end)) ?? [];
  if (status === undefined) throw new ResponseError('INVALID_CONSTANT', 'no status line of HTTP/1.1');
  const headers: IncomingHttpHeaders = {};
  while (end < text.length) {
    const start = end + 2;
    end = endOfLine(text, start);
    addHeader(headers, text, { start, end });
  }
  return { status: Number(status), headers, isPersistent: isPersistent(headers.connection, minor === '1') };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end < 0 ? text.length : end;
}

function addHeader(headers: IncomingHttpHeaders, text: string, line: Span): void {
  const found = text.indexOf(':', line.start);
  const colon = found < 0 || found > line.end ? line.start : found;
  const name = nameOf(text.slice(line.start, colon));
  const value = trimmed(text, { start: colon + 1, end: line.end });
  // The only name that would be no property of its own.
  if (name === '__proto__') return;
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  headers[name] = before === undefined ? value : ([] as string[]).concat(before, value);
}

function nameOf(raw: string): string {
  const known = knownNames.get(raw);
  if (known !== undefined) return known;
  // Also a line that continues the one before, which RFC 9112 section 5.2 forbids.
  if (!token.test(raw)) throw new ResponseError('INVALID_HEADER_TOKEN', 'a line that is no header');
  const name = raw.toLowerCase();
  if (knownNames.size < maxKnownNames) knownNames.set(raw, name);
  return name;
}

/** Without the blanks around it: RFC 9110 section 5.5. `trim` would take the byte A0 for one. */
function trimmed(text: string, span: Span): string {
  let { start, end } = span;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9112 section 9.3. */
function isPersistent(connection: string | undefined, isRecent: boolean): boolean {
  if (connection === undefined) return isRecent;
  if (connection === 'keep-alive') return true;
  const options = listOf(connection);
  return !options.includes('close') && (isRecent || options.includes('keep-alive'));
}
