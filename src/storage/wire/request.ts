import type { IncomingHttpHeaders } from 'node:http';
import { isHeaderName, isHeaderValue } from '../../domain/request-header.ts';
import { ConnectionError } from './errors.ts';
import type { SlowestPace } from './pace.ts';

/** A request, as undici takes it too. */
export interface RequestOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  /** By name, or names and values in turn; without Host and Content-Length. */
  readonly headers?: string[] | Record<string, string>;
  readonly body?: Uint8Array | string | null;
  /** Time from the first byte sent to the end of the response headers. Absent: as the connections were opened with. */
  readonly headersTimeout?: number;
  /** False keeps the connection after a HEAD: right for a server that never sends a body with it. */
  readonly reset?: boolean;
  /** A body that comes more slowly is abandoned. Absent: as usual. */
  readonly slowest?: SlowestPace;
}

/** Is told of a request and its response, in this order, as by undici. */
export interface RequestHandler {
  /** The request is about to be sent, unless it is aborted here. */
  onRequestStart(controller: RequestController): void;
  onResponseStart(controller: RequestController, status: number, headers: IncomingHttpHeaders): void;
  onResponseData(controller: RequestController, chunk: Uint8Array): void;
  onResponseEnd(controller: RequestController): void;
  /** The request has failed, or was aborted. Nothing follows. */
  onResponseError(controller: RequestController | null, error: Error): void;
  /** Chunks may be views of memory that is overwritten after the call, in place of copies. */
  readonly takesViews?: boolean;
}

/** Stops a request, or the reading of its response. */
export interface RequestController {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** What carries a request. */
export interface Carrier {
  pause(): void;
  resume(): void;
  destroy(error: Error): void;
}

/** Methods whose requests have a body, be it empty: RFC 9110 section 8.6. */
const bodied = new Set(['PUT', 'POST', 'PATCH']);

/** A request from the queue to its end, and its handler's hold on it: what comes after the end is without effect. */
export class Request implements RequestController {
  readonly method: string;
  readonly body: Uint8Array | undefined;
  readonly headersTimeoutMs: number | undefined;
  /** A server might send a body with the response to HEAD, which would be taken for the next response. */
  readonly needsFreshConnection: boolean;
  #carrier: Carrier | undefined;
  #reason: Error | null = null;
  #isPaused = false;
  #isOver = false;
  readonly #options: RequestOptions;
  readonly #handler: RequestHandler;

  constructor(options: RequestOptions, handler: RequestHandler) {
    this.#options = options;
    this.#handler = handler;
    this.method = options.method;
    this.headersTimeoutMs = options.headersTimeout;
    this.needsFreshConnection = options.method === 'HEAD' && options.reset !== false;
    const { body } = options;
    this.body = typeof body === 'string' ? Buffer.from(body) : (body ?? undefined);
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  abort(reason: Error): void {
    if (this.#isOver || this.#reason) return;
    this.#reason = reason;
    this.#carrier?.destroy(reason);
  }

  pause(): void {
    if (this.#isOver || this.#isPaused) return;
    this.#isPaused = true;
    this.#carrier?.pause();
  }

  resume(): void {
    if (this.#isOver || !this.#isPaused) return;
    this.#isPaused = false;
    this.#carrier?.resume();
  }

  /** @returns the head to be sent; undefined if there is nothing to send any more, of which the handler was told */
  begin(carrier: Carrier, host: string): string | undefined {
    try {
      this.#handler.onRequestStart(this);
      if (this.#reason) throw this.#reason;
      const head = this.#head(host);
      this.#carrier = carrier;
      return head;
    } catch (error) {
      this.fail(error as Error);
      return undefined;
    }
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    this.#handler.onResponseStart(this, status, headers);
  }

  onData(view: Buffer): void {
    this.#handler.onResponseData(this, this.#handler.takesViews ? view : Buffer.from(view));
  }

  onEnd(): void {
    this.#over();
    this.#handler.onResponseEnd(this);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#over();
    this.#handler.onResponseError(this, error);
  }

  #over(): void {
    this.#isOver = true;
    this.#carrier = undefined;
  }

  /**
   * The head as Latin-1. RFC 9112 sections 3 and 5.
   *
   * @throws {ConnectionError} `UND_ERR_INVALID_ARG` for what a server would read as more than one header, or one path
   */
  #head(host: string): string {
    const { method, path, headers = [] } = this.#options;
    if (!/^\/[\x21-\x7e\x80-\xff]*$/.test(path))
      throw new ConnectionError('UND_ERR_INVALID_ARG', 'invalid request path');
    const pairs = Array.isArray(headers) ? headers : Object.entries(headers).flat();
    let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
    for (let at = 0; at < pairs.length; at += 2) {
      const [name, value] = [pairs[at] as string, pairs[at + 1] as string];
      if (isConnectionHeader(name)) continue;
      if (!isHeaderName(name) || !isHeaderValue(value))
        throw new ConnectionError('UND_ERR_INVALID_ARG', `invalid ${name} header`);
      head += `${name}: ${value}\r\n`;
    }
    if (this.body || bodied.has(method)) head += `content-length: ${this.body?.byteLength ?? 0}\r\n`;
    return `${head}\r\n`;
  }
}

/** What is set here, whoever asks. */
function isConnectionHeader(name: string): boolean {
  return /^(?:host|connection|content-length)$/i.test(name);
}
