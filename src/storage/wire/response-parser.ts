import type { IncomingHttpHeaders } from 'node:http';
import { KiB } from '../../domain/units.ts';
import { ChunkedBody } from './chunked-body.ts';
import { ConnectionError, ResponseError } from './errors.ts';
import { framingOf } from './framing.ts';
import { parseHead } from './response-head.ts';

/** As in Node. */
const maxHeadBytes = 16 * KiB;
const protocol = Buffer.from('HTTP/');

/** Is told of a response as it arrives. */
export interface ResponseSink {
  onHead(status: number, headers: IncomingHttpHeaders): void;
  /** The view is valid during the call alone. Returning false stops the parser. */
  onData(view: Buffer): boolean;
  onEnd(): void;
}

/** Reads the responses of one connection, one after the other. */
export class ResponseParser {
  /** Whether the connection may serve another request after this response. */
  isPersistent = true;
  /** Of the header Keep-Alive, in seconds. */
  keepAliveSeconds: number | undefined;
  #method = 'GET';
  #state: 'head' | 'length' | 'chunked' | 'connection' | 'end' = 'end';
  /** The beginning of a head that did not arrive at once. */
  #pending: Buffer | undefined;
  #leftBytes = 0;
  #chunked: ChunkedBody | undefined;
  readonly #sink: ResponseSink;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** Expects the response to a request of this method. */
  begin(method: string): void {
    this.#method = method;
    this.#state = 'head';
    this.isPersistent = true;
    this.keepAliveSeconds = undefined;
  }

  /**
   * Takes what has arrived.
   *
   * @returns how many bytes belong to the response; fewer than there are at its end, or when stopped
   * @throws {ResponseError}
   */
  push(bytes: Buffer): number {
    let at = 0;
    while (this.#state === 'head' && at < bytes.length) {
      const end = this.#head(bytes, at);
      if (end === undefined) return bytes.length;
      at = end;
    }
    return at === bytes.length ? at : at + this.#body(at === 0 ? bytes : bytes.subarray(at));
  }

  /**
   * The server has closed the connection: the end of a body that says nothing else of its end.
   *
   * @throws when the response was not whole
   */
  finish(): void {
    if (this.#state === 'end') return;
    if (this.#state === 'length')
      throw new ConnectionError('UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the body is shorter than it should be');
    if (this.#state !== 'connection') throw new ConnectionError('UND_ERR_SOCKET', 'other side closed');
    this.#end();
  }

  /** @returns where the head ends; undefined if it goes on */
  #head(bytes: Buffer, from: number): number | undefined {
    const known = this.#pending?.length ?? 0;
    const fresh = from === 0 ? bytes : bytes.subarray(from);
    const all = this.#pending ? Buffer.concat([this.#pending, fresh]) : fresh;
    if (!startsAsHttp(all)) throw new ResponseError('INVALID_CONSTANT', 'no status line of HTTP/1.1');
    const end = all.indexOf('\r\n\r\n', Math.max(0, known - 3), 'latin1');
    if ((end < 0 ? all.length : end) > maxHeadBytes)
      throw new ConnectionError('UND_ERR_HEADERS_OVERFLOW', 'the head of the response is too long');
    if (end < 0) {
      // A view is overwritten by what arrives next.
      this.#pending = this.#pending ? all : Buffer.from(all);
      return undefined;
    }
    this.#pending = undefined;
    this.#begin(all.toString('latin1', 0, end));
    return from + end + 4 - known;
  }

  #begin(text: string): void {
    const { status, headers, isPersistent } = parseHead(text);
    // RFC 9110 section 15.2: the response itself follows. Nothing here asks for another protocol.
    if (status === 101) throw new ResponseError('INVALID_STATUS', 'a switch of protocols that nobody asked for');
    if (status < 200) return;
    const framing = framingOf(this.#method, status, headers);
    this.isPersistent = isPersistent && framing !== 'connection';
    this.keepAliveSeconds = keepAliveSecondsOf(headers);
    this.#state = typeof framing === 'number' ? 'length' : framing;
    this.#leftBytes = typeof framing === 'number' ? framing : 0;
    this.#chunked = framing === 'chunked' ? new ChunkedBody() : undefined;
    this.#sink.onHead(status, headers);
    if (framing === 0) this.#end();
  }

  #body(bytes: Buffer): number {
    if (this.#state === 'connection') {
      this.#sink.onData(bytes);
      return bytes.length;
    }
    if (this.#state === 'length') {
      const taken = Math.min(bytes.length, this.#leftBytes);
      if (taken < bytes.length && isMoreBody(bytes.subarray(taken)))
        throw new ConnectionError('UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the body is longer than it should be');
      this.#leftBytes -= taken;
      const goesOn = this.#sink.onData(taken === bytes.length ? bytes : bytes.subarray(0, taken));
      if (goesOn && this.#leftBytes === 0) this.#end();
      return taken;
    }
    if (!this.#chunked) return 0;
    let goesOn = true;
    const taken = this.#chunked.push(bytes, (view) => (goesOn = this.#sink.onData(view)));
    if (goesOn && this.#chunked.isWhole) this.#end();
    return taken;
  }

  #end(): void {
    this.#state = 'end';
    this.#chunked = undefined;
    this.#sink.onEnd();
  }
}

/** Whether this is HTTP, as far as it goes: what is not may never bring the end of a head. */
function startsAsHttp(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, protocol.length);
  return bytes.compare(protocol, 0, length, 0, length) === 0;
}

/**
 * Whether what follows on a body is more of it, so that its length was wrong. RFC 9112 section 6.3 has no answer to that: it
 * could be cut, and would be taken for whole. Empty lines are no part of a body that scripts end with one.
 */
function isMoreBody(bytes: Buffer): boolean {
  return !startsAsHttp(bytes) && bytes.some((byte) => byte !== 0x0d && byte !== 0x0a);
}

/** An option that many servers send: how long they keep a connection that is not used. */
function keepAliveSecondsOf(headers: IncomingHttpHeaders): number | undefined {
  const header = headers['keep-alive'];
  if (header === undefined) return undefined;
  const [, seconds] = /timeout=\s*(\d+)/i.exec(String(header)) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
