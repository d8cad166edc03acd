import type { IncomingHttpHeaders } from 'node:http';
import { onAbort } from '../../domain/waiting/on-abort.ts';
import { KiB } from '../../domain/units.ts';
import type { Body } from '../source.ts';
import { ConnectionError } from './errors.ts';
import { Pace } from './pace.ts';
import type { SlowestPace } from './pace.ts';
import type { RequestController, RequestHandler, RequestOptions } from './request.ts';
import type { Wire } from './wire.ts';

/** Bytes buffered for a reader that is slower than the network. The connection is paused above it. */
const maxHeldBytes = 256 * KiB;
/** An unwanted body is read up to this size to keep the connection. Beyond it, a new connection is cheaper. */
const maxDiscardedBytes = 64 * KiB;

/** The largest piece that is read at a time. */
const pieceBytes = 64 * KiB;
/**
 * Memory of pieces that came with the head, before anybody could say what becomes of them. That is most of a small file, so
 * once viewed it serves the next one.
 */
const spare: ArrayBuffer[] = [];
const maxSpare = 8;

/** A response whose body is still arriving. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

/** The bytes of a response, once. */
export interface AnswerBody extends Body {
  forEachView(take: (view: Uint8Array) => boolean): Promise<boolean>;
  /** Closes the connection, unless the body has arrived completely. */
  cancel(): void;
  /** Reads and drops the rest if it is short, so that the connection can be reused. */
  discard(): void;
}

/** The errors of an exchange, in the words of whoever asks. */
export interface ExchangeErrors {
  /** The signal was aborted, or nobody wants the body any more. */
  aborted(): Error;
  /** The body comes so slowly that it will never end. */
  tooSlow(): Error;
  /** Converts an error of a connection. */
  of(error: Error, phase: 'answer' | 'body'): Error;
}

/** Errors as connections have them, and the signal's own reason. */
export function plainErrors(signal: AbortSignal): ExchangeErrors {
  return {
    aborted: () =>
      signal.aborted ? (signal.reason as Error) : new ConnectionError('UND_ERR_SOCKET', 'left before its end'),
    tooSlow: () => new ConnectionError('UND_ERR_BODY_TIMEOUT', 'the body comes too slowly'),
    of: (error) => error,
  };
}

/**
 * Sends one request and resolves with the headers of its response.
 *
 * @throws what `errors` makes of errors
 */
export function exchange(
  wire: Wire,
  request: RequestOptions,
  signal: AbortSignal = new AbortController().signal,
  errors: ExchangeErrors = plainErrors(signal),
): Promise<Answer> {
  if (signal.aborted) return Promise.reject(errors.aborted());
  return new Promise((resolve, reject) => {
    const hasBody = request.method !== 'HEAD';
    wire.dispatch(request, new Exchange({ errors, signal, hasBody, slowest: request.slowest }, resolve, reject));
  });
}

/** What an exchange is told beside whom to tell. */
interface ExchangeSetting {
  readonly errors: ExchangeErrors;
  readonly signal: AbortSignal;
  /** An answer to HEAD announces a body, and has none. */
  readonly hasBody: boolean;
  readonly slowest: SlowestPace | undefined;
}

/**
 * One request and its response:
 *
 * waiting ──onResponseStart──▶ receiving ──onResponseEnd──▶ complete
 *    └────────onResponseError, signal, cancel────┴──▶ over
 */
class Exchange implements RequestHandler, AnswerBody, AsyncIterator<Uint8Array, undefined> {
  #state: 'waiting' | 'receiving' | 'complete' | 'over' = 'waiting';
  #controller: RequestController | undefined;
  #error: Error | undefined;
  #chunks: Uint8Array[] = [];
  #next = 0;
  #heldBytes = 0;
  /** The memory of the first piece that nobody was there for. */
  #lent: ArrayBuffer | undefined;
  #discardedBytes: number | undefined;
  /** Of the body. 0 where nobody said. */
  #announcedBytes = 0;
  #pace: Pace | undefined;
  #reader: { resolve(result: IteratorResult<Uint8Array, undefined>): void; reject(error: Error): void } | undefined;
  #viewer: { take(view: Uint8Array): boolean; resolve(isWhole: boolean): void; reject(error: Error): void } | undefined;
  readonly takesViews = true;
  readonly #errors: ExchangeErrors;
  readonly #hasBody: boolean;
  readonly #slowest: SlowestPace | undefined;
  readonly #stopListening: () => void;
  readonly #answered: (answer: Answer) => void;
  readonly #refused: (error: Error) => void;

  constructor(
    { errors, signal, hasBody, slowest }: ExchangeSetting,
    answered: (answer: Answer) => void,
    refused: (error: Error) => void,
  ) {
    this.#errors = errors;
    this.#hasBody = hasBody;
    this.#slowest = slowest;
    this.#answered = answered;
    this.#refused = refused;
    this.#stopListening = onAbort(signal, () => this.#fail(errors.aborted()));
  }

  onRequestStart(controller: RequestController): void {
    this.#controller = controller;
    // Aborted while waiting for a connection.
    if (this.#error) controller.abort(this.#error);
  }

  onResponseStart(_: RequestController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#state !== 'waiting') return;
    this.#state = 'receiving';
    this.#pace = new Pace(this.#slowest);
    if (this.#hasBody && status !== 304) this.#announcedBytes = Number(headers['content-length'] ?? 0);
    this.#answered({ status, headers, body: this });
  }

  onResponseData(controller: RequestController, view: Uint8Array): void {
    if (this.#state !== 'receiving') return;
    if (this.#pace?.keepsUp(view.byteLength, performance.now()) === false) {
      this.#fail(this.#errors.tooSlow());
    } else if (this.#discardedBytes !== undefined) {
      this.#discardedBytes += view.byteLength;
      if (this.#discardedBytes > maxDiscardedBytes) this.cancel();
    } else if (this.#viewer) {
      if (!this.#viewer.take(view)) this.#viewed(false);
    } else if (this.#reader) {
      this.#reader.resolve({ done: false, value: Buffer.from(view) });
      this.#reader = undefined;
    } else {
      this.#chunks.push(this.#lent || view.byteLength > pieceBytes ? Buffer.from(view) : this.#inLent(view));
      this.#heldBytes += view.byteLength;
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
    this.#viewed(true);
  }

  onResponseError(_: RequestController | null, error: Error): void {
    if (this.#state === 'over' || this.#state === 'complete') return;
    const phase = this.#state === 'waiting' ? 'answer' : 'body';
    this.#fail(this.#errors.of(error, phase));
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

  forEachView(take: (view: Uint8Array) => boolean): Promise<boolean> {
    if (this.#error) return Promise.reject(this.#error);
    for (let chunk = this.#take(); chunk; chunk = this.#take()) {
      const goesOn = take(chunk);
      if (chunk.buffer === this.#lent) this.#giveBack();
      if (!goesOn) return Promise.resolve(false);
    }
    if (this.#state !== 'receiving') return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      this.#viewer = { take, resolve, reject };
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
    this.#fail(this.#errors.aborted());
  }

  discard(): void {
    // It need not come to be too long.
    if (this.#announcedBytes > maxDiscardedBytes) return this.cancel();
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

  /** A copy of a piece, in memory that is given back if it is viewed only. */
  #inLent(piece: Uint8Array): Uint8Array {
    this.#lent = spare.pop() ?? new ArrayBuffer(pieceBytes);
    const copy = new Uint8Array(this.#lent, 0, piece.byteLength);
    copy.set(piece);
    return copy;
  }

  #giveBack(): void {
    if (this.#lent && spare.length < maxSpare) spare.push(this.#lent);
    this.#lent = undefined;
  }

  #viewed(isWhole: boolean): void {
    this.#viewer?.resolve(isWhole);
    this.#viewer = undefined;
  }

  #resume(): void {
    this.#pace?.resume(performance.now());
    this.#controller?.resume();
  }

  #fail(error: Error): void {
    if (this.#state === 'waiting') this.#refused(error);
    this.#error = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#viewer?.reject(error);
    this.#viewer = undefined;
    this.#stopListening();
    const isOpen = this.#state !== 'complete';
    this.#state = 'over';
    if (isOpen) this.#controller?.abort(error);
  }
}
