import type { IncomingHttpHeaders } from 'node:http';
import { ResponseError } from './errors.ts';
import { listOf } from './header-list.ts';

/** What ends the body of a response: a number of bytes, its last chunk, or the connection. */
export type Framing = number | 'chunked' | 'connection';

/**
 * Decides where the body of a response ends: RFC 9112 section 6.3. What could be read in two ways is refused: several
 * lengths, and a length beside Transfer-Encoding. So are codings below `chunked`, which would have to be undone.
 *
 * @throws {ResponseError}
 */
export function framingOf(method: string, status: number, headers: IncomingHttpHeaders): Framing {
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  const coding = headers['transfer-encoding'];
  const length: string | string[] | undefined = headers['content-length'];
  if (coding === undefined) return length === undefined ? 'connection' : lengthOf(length);
  if (length !== undefined) {
    throw new ResponseError('UNEXPECTED_CONTENT_LENGTH', 'both Content-Length and Transfer-Encoding');
  }
  if (!isChunked(headers)) return 'connection';
  if (listOf(coding).length === 1) return 'chunked';
  throw new ResponseError('INVALID_TRANSFER_ENCODING', 'transfer codings that nobody asked for');
}

/** Whether chunks mark the end of a body: then no other coding may follow. */
export function isChunked(headers: IncomingHttpHeaders): boolean {
  return listOf(headers['transfer-encoding']).at(-1) === 'chunked';
}

function lengthOf(length: string | readonly string[]): number {
  const value = typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new ResponseError('INVALID_CONTENT_LENGTH', 'a Content-Length that is no number of bytes');
}
