import type { SizeOptions, Source } from '../source.ts';
import type { Proxy } from '../proxy/select.ts';
import { contentCodings } from './decode.ts';
import { statusError } from './errors.ts';
import type { Answer } from '../wire/exchange.ts';
import { firstOf } from './headers.ts';

/** A method, with headers beside the usual ones. */
export interface Ask {
  readonly method: 'GET' | 'HEAD';
  readonly headers: readonly string[];
}

/** An answer, and where it came from after redirects. */
export interface Located {
  readonly answer: Answer;
  readonly url: URL;
  readonly proxy: Proxy | undefined;
}

const head: Ask = { method: 'HEAD', headers: [] };
/** A range of one byte: its answer says how many there are (RFC 9110 section 14.4). */
const firstByte: Ask = { method: 'GET', headers: ['range', 'bytes=0-0'] };

/** Answers that are the same whatever the method is. */
const finalStatuses = new Set([404, 410, 429]);

/**
 * Asks for sizes: by HEAD, and by a range of one byte where that is refused or says nothing, as with URLs that are signed for
 * GET. An origin that has refused a HEAD is not asked by one again.
 */
export function createSizer(
  request: (url: string, ask: Ask, options: SizeOptions) => Promise<Located>,
): Source['sizeOf'] {
  const refusing = new Set<string>();
  return async (url, options) => {
    const { origin } = new URL(url);
    if (!refusing.has(origin)) {
      const { answer, ...where } = await request(url, head, options);
      answer.body.discard();
      if (finalStatuses.has(answer.status)) throw failed(answer, where);
      const sizeBytes = isWhole(answer) ? lengthOf(answer) : undefined;
      if (sizeBytes !== undefined) return sizeBytes;
      if (answer.status >= 400 && answer.status < 500) refusing.add(origin);
    }
    const { answer, ...where } = await request(url, firstByte, options);
    // A server that knows no ranges sends everything.
    if (answer.status === 200) answer.body.cancel();
    else answer.body.discard();
    if (answer.status === 200) return isWhole(answer) ? lengthOf(answer) : undefined;
    if (answer.status === 206 || answer.status === 416) return rangeTotal(answer);
    throw failed(answer, where);
  };
}

/** Whether the length is that of the object: with a content coding it is that of the coded bytes. */
export function isWhole({ status, headers }: Answer): boolean {
  return status === 200 && contentCodings(firstOf(headers['content-encoding'])).length === 0;
}

/** The announced length. */
export function lengthOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const length = firstOf(headers['content-length']);
  return length === undefined ? undefined : Number(length);
}

/**
 * The number behind the slash of Content-Range: of an empty object too, which has no first byte (status 416). An answer
 * with another range than the first byte tells nothing: it is not to what was asked.
 */
function rangeTotal({ status, headers }: Answer): number | undefined {
  const asked = status === 206 ? /^\s*bytes\s+0-0\/([1-9]\d*)\s*$/i : /^\s*bytes\s+\*\/(\d+)\s*$/i;
  const total = asked.exec(firstOf(headers['content-range']) ?? '')?.[1];
  const length = lengthOf({ headers });
  if (status === 206 && length !== undefined && length !== 1) return undefined;
  return total === undefined ? undefined : Number(total);
}

function failed({ status, headers }: Answer, { url, proxy }: Omit<Located, 'answer'>): Error {
  return statusError(status, firstOf(headers['retry-after']), url, { nowMs: Date.now(), proxy });
}
