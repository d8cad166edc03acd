import type { IncomingHttpHeaders } from 'node:http';
import { onAbort } from '../../domain/waiting/on-abort.ts';
import { KiB } from '../../domain/units.ts';
import type { RequestController, RequestHandler, RequestOptions } from '../wire/request.ts';
import type { Wire } from '../wire/wire.ts';

/** A complete response. */
export interface S3Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The beginning of the body, as text. Responses to these requests are empty or short XML. */
  readonly body: string;
}

/** Enough of a response: an error has its code and message at the beginning. */
const maxBodyBytes = 64 * KiB;

/**
 * Sends one request and collects the whole response.
 *
 * @throws errors of connections as they are, or the signal's reason
 */
export function exchange(wire: Wire, request: RequestOptions, signal: AbortSignal): Promise<S3Answer> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    wire.dispatch(request, new Exchange(signal, resolve, reject));
  });
}

class Exchange implements RequestHandler {
  #controller: RequestController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: S3Answer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #stopListening: () => void;

  constructor(signal: AbortSignal, resolve: (answer: S3Answer) => void, reject: (error: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#stopListening = onAbort(signal, () => this.#abort());
  }

  onRequestStart(controller: RequestController): void {
    this.#controller = controller;
    // Aborted while waiting for a connection.
    if (this.#signal.aborted) this.#abort();
  }

  onResponseStart(_: RequestController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: RequestController, chunk: Uint8Array): void {
    if (this.#heldBytes < maxBodyBytes) this.#chunks.push(chunk);
    this.#heldBytes += chunk.byteLength;
  }

  onResponseEnd(): void {
    this.#stopListening();
    const body = this.#chunks.length === 0 ? '' : Buffer.concat(this.#chunks).toString('utf8');
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: RequestController, error: Error): void {
    this.#stopListening();
    this.#reject(error);
  }

  #abort(): void {
    this.#reject(this.#signal.reason);
    this.#controller?.abort(this.#signal.reason as Error);
  }
}
