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
  const lines = text.split('\r\n');
  const [, minor, status] = statusLine.exec(lines[0] ?? '') ?? [];
  if (status === undefined) throw new ResponseError('INVALID_CONSTANT', 'no status line of HTTP/1.1');
  const headers: IncomingHttpHeaders = {};
  for (let at = 1; at < lines.length; at += 1) addHeader(headers, lines[at] as string);
  return { status: Number(status), headers, isPersistent: isPersistent(headers.connection, minor === '1') };
}

function addHeader(headers: IncomingHttpHeaders, line: string): void {
  const colon = line.indexOf(':');
  const name = nameOf(line.slice(0, Math.max(0, colon)));
  const value = trimmed(line, colon + 1);
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
function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (isBlank(line.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9112 section 9.3. */
function isPersistent(connection: string | undefined, isRecent: boolean): boolean {
  if (connection === undefined) return isRecent;
  const options = listOf(connection);
  return !options.includes('close') && (isRecent || options.includes('keep-alive'));
}
