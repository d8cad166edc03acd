import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { placeOf } from '../../domain/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';
import { onAbort } from '../../domain/on-abort.ts';
import { KiB } from '../../domain/units.ts';
import { abortedError, transportError } from './errors.ts';
import { Pace } from './pace.ts';
import type { Route } from './routes.ts';
import type { Proxy } from '../proxy.ts';

/** Bytes buffered for a reader that is slower than the network. The connection is paused above it. */
const maxHeldBytes = 256 * KiB;
/** An unwanted body is read up to this size to keep the connection. Beyond it, a new connection is cheaper. */
const maxDiscardedBytes = 64 * KiB;

/** A response whose body is still arriving. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

/** The bytes of a response. Can be read once; errors are thrown as `FlantsError`. */
export interface AnswerBody extends AsyncIterable<Uint8Array> {
  /** Closes the connection, unless the body has arrived completely. */
  cancel(): void;
  /** Reads and drops the rest if it is short, so that the connection can be reused. */
  discard(): void;
}

/** A request as it goes out. It has no body. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  /** Names and values in turn. */
  readonly headers: string[];
  /** Keep the connection after a HEAD: right for a server that never sends a body with it. */
  readonly keepsConnection?: boolean;
}

/**
 * Sends one request and resolves with the headers of its response.
 *
 * Uses undici's handler interface: for 16 KiB it takes a third less CPU than undici's stream.
 *
 * @throws {FlantsError} as `Source.fetch`, for errors of the transport
 */
export function exchange(
  { dispatcher, proxy }: Route,
  { method, url, headers, keepsConnection = false }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Answer> {
  if (signal.aborted) return Promise.reject(abortedError(url));
  return new Promise((resolve, reject) => {
    const handler = new Exchange({ url, proxy }, signal, resolve, reject);
    const kept = keepsConnection ? { reset: false } : {};
    dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, ...kept }, handler);
  });
}

/**
 * One request and its response:
 *
 * waiting ──onResponseStart──▶ receiving ──onResponseEnd──▶ complete
 *    └────────onResponseError, signal, cancel────┴──▶ over
 */
class Exchange implements Dispatcher.DispatchHandler, AnswerBody, AsyncIterator<Uint8Array, undefined> {
  #state: 'waiting' | 'receiving' | 'complete' | 'over' = 'waiting';
  #controller: Dispatcher.DispatchController | undefined;
  #error: FlantsError | undefined;
  #chunks: Uint8Array[] = [];
  #next = 0;
  #heldBytes = 0;
  #discardedBytes: number | undefined;
  #pace: Pace | undefined;
  #reader:
    | { resolve(result: IteratorResult<Uint8Array, undefined>): void; reject(error: FlantsError): void }
    | undefined;
  readonly #url: URL;
  readonly #proxy: Proxy | undefined;
  readonly #stopListening: () => void;
  readonly #answered: (answer: Answer) => void;
  readonly #refused: (error: FlantsError) => void;

  constructor(
    { url, proxy }: { readonly url: URL; readonly proxy: Proxy | undefined },
    signal: AbortSignal,
    answered: (answer: Answer) => void,
    refused: (error: FlantsError) => void,
  ) {
    this.#url = url;
    this.#proxy = proxy;
    this.#answered = answered;
    this.#refused = refused;
    this.#stopListening = onAbort(signal, () => this.#fail(abortedError(url)));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while waiting for a connection.
    if (this.#error) controller.abort(this.#error);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#state !== 'waiting') return;
    this.#state = 'receiving';
    this.#pace = new Pace(performance.now());
    this.#answered({ status, headers, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#state !== 'receiving') return;
    if (this.#pace?.keepsUp(chunk.byteLength, performance.now()) === false) {
      this.#fail(new FlantsError('source.timeout', `${placeOf(this.#url)} sends too slowly to ever end`));
    } else if (this.#discardedBytes !== undefined) {
      this.#discardedBytes += chunk.byteLength;
      if (this.#discardedBytes > maxDiscardedBytes) this.cancel();
    } else if (this.#reader) {
      this.#reader.resolve({ done: false, value: chunk });
      this.#reader = undefined;
    } else {
      this.#chunks.push(chunk);
      this.#heldBytes += chunk.byteLength;
      if (this.#heldBytes > maxHeldBytes) {
        controller.pause();
        this.#pace?.pause(performance.now());
      }
    }
  }

  onResponseEnd(): void {
    if (this.#state !== 'receiving') return;
    this.#state = 'complete';
    this.#stopListening();
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#state === 'over' || this.#state === 'complete') return;
    const phase = this.#state === 'waiting' ? 'answer' : 'body';
    this.#fail(transportError(error, this.#url, { phase, proxy: this.#proxy }));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#error) return Promise.reject(this.#error);
    const chunk = this.#take();
    if (chunk) return Promise.resolve({ done: false, value: chunk });
    if (this.#state !== 'receiving') return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  cancel(): void {
    const isWhole = this.#state === 'complete' && this.#chunks.length === 0;
    if (isWhole || this.#state === 'over') return;
    // A reader that goes on must not take the chunks so far for the whole body.
    this.#chunks = [];
    this.#fail(abortedError(this.#url));
  }

  discard(): void {
    this.#discardedBytes = this.#heldBytes;
    this.#chunks = [];
    this.#resume();
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#next];
    if (!chunk) return undefined;
    this.#next++;
    this.#heldBytes -= chunk.byteLength;
    if (this.#next === this.#chunks.length) {
      this.#chunks = [];
      this.#next = 0;
      if (this.#state === 'receiving') this.#resume();
    }
    return chunk;
  }

  #resume(): void {
    this.#pace?.resume(performance.now());
    this.#controller?.resume();
  }

  #fail(error: FlantsError): void {
    if (this.#state === 'waiting') this.#refused(error);
    this.#error = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#stopListening();
    const isOpen = this.#state !== 'complete';
    this.#state = 'over';
    if (isOpen) this.#controller?.abort(error);
  }
}
