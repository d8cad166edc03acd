import type { Socket } from 'node:net';
import { minute, second } from '../../domain/units.ts';
import { Deadline } from './deadline.ts';
import { ConnectionError } from './errors.ts';
import { openSocket } from './open-socket.ts';
import type { SocketOptions } from './open-socket.ts';
import type { Carrier, Request } from './request.ts';
import { ResponseParser } from './response-parser.ts';

/** How to connect, and how long to wait for what. */
export interface ConnectionOptions extends SocketOptions {
  readonly connectTimeoutMs: number;
  /** From the first byte sent to the end of the response headers. */
  readonly headersTimeoutMs: number;
  /** Silence within a body. */
  readonly bodyTimeoutMs: number;
}

/** Is told how a connection fares. */
export interface ConnectionOwner {
  /** It takes a request: for the first time, or after the response to the one before. */
  onFree(connection: Connection): void;
  /** It is closed. The error is of a connection that was never made. */
  onClosed(connection: Connection, error?: Error): void;
}

/** An unused connection is closed after this, unless the server says for how long it keeps it. */
const usualIdleMs = 4 * second;
const longestIdleMs = minute;
/** A request must reach the server before it closes its end. */
const idleMarginMs = second;

/**
 * A connection over HTTP/1.1, which serves one request at a time:
 *
 * connecting ──▶ free ──send──▶ busy ──response whole──▶ free
 *     └────────────┴──────────────┴── error, abort, deadline, either end closes ──▶ closed
 */
export class Connection implements Carrier {
  #state: 'connecting' | 'free' | 'busy' | 'closed' = 'connecting';
  #request: Request | undefined;
  #hasHead = false;
  #isWhole = false;
  /** A write has failed: what is still read came before. */
  #isBroken = false;
  readonly #options: ConnectionOptions;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.#onDeadline());
  readonly #parser = new ResponseParser({
    onHead: (status, headers) => {
      this.#hasHead = true;
      this.#deadline.set(this.#options.bodyTimeoutMs);
      this.#request?.onHead(status, headers);
    },
    onData: (view) => {
      this.#request?.onData(view);
      return this.#state === 'busy';
    },
    onEnd: () => {
      this.#isWhole = true;
      this.#request?.onEnd();
    },
  });

  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    const { socket, readyEvent } = openSocket(options, {
      onRead: (view) => this.#onRead(view),
      onWriteFailed: (error) => this.#onWriteFailed(error),
    });
    this.#socket = socket;
    socket
      .once(readyEvent, () => this.#onReady())
      .on('error', (error) => this.#onError(error))
      .on('end', () => this.#onServerEnd())
      .on('close', () => this.#close());
    this.#deadline.set(options.connectTimeoutMs);
  }

  /**
   * Sends a request over a free connection. The request is told of all that follows.
   *
   * @returns false if there was nothing to send any more
   */
  send(request: Request): boolean {
    const head = request.begin(this, this.#options.origin.host);
    if (head === undefined) return false;
    this.#state = 'busy';
    this.#request = request;
    this.#hasHead = false;
    this.#isWhole = false;
    this.#parser.begin(request.method);
    this.#socket.ref();
    this.#deadline.set(request.headersTimeoutMs ?? this.#options.headersTimeoutMs);
    if (request.body && request.body.byteLength > 0) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(request.body);
      this.#socket.uncork();
    } else {
      this.#socket.write(head, 'latin1');
    }
    return true;
  }

  /** Closes the connection. Its request ends with the error. */
  destroy(error: Error): void {
    this.#close(error);
  }

  pause(): void {
    this.#socket.pause();
    if (this.#hasHead) this.#deadline.clear();
  }

  resume(): void {
    this.#socket.resume();
    if (this.#hasHead) this.#deadline.set(this.#options.bodyTimeoutMs);
  }

  #onReady(): void {
    if (this.#state === 'connecting') this.#free();
  }

  #onRead(view: Buffer): void {
    // Of a server that says more than it was asked, the next words may be anything.
    if (this.#state !== 'busy')
      return this.#close(new ConnectionError('UND_ERR_SOCKET', 'the server sent what nobody asked for'));
    try {
      if (this.#hasHead && !this.#request?.paused) this.#deadline.set(this.#options.bodyTimeoutMs);
      const taken = this.#parser.push(view);
      if (this.#isWhole && this.#state === 'busy') this.#afterResponse(taken === view.length);
    } catch (error) {
      this.#close(error as Error);
    }
  }

  /** @param isExact - nothing came after the response */
  #afterResponse(isExact: boolean): void {
    const isSent = this.#socket.writableLength === 0 && !this.#isBroken;
    const isKept = isExact && isSent && this.#parser.isPersistent && this.#request?.needsFreshConnection === false;
    if (!isKept) return this.#close();
    this.#request = undefined;
    this.#free();
  }

  #free(): void {
    const seconds = this.#parser.keepAliveSeconds;
    const idleMs = seconds === undefined ? usualIdleMs : Math.min(longestIdleMs, seconds * second - idleMarginMs);
    if (idleMs <= 0) return this.#close();
    this.#state = 'free';
    this.#socket.resume();
    this.#socket.unref();
    this.#deadline.set(idleMs);
    this.#owner.onFree(this);
  }

  /**
   * A server that refuses a request need not wait for its body: it answers and closes, and a write then meets the closed end
   * before the answer was read. The next turn of the event loop reads it.
   *
   * @returns whether the socket stays open for that
   */
  #onWriteFailed(error: Error): boolean {
    if (this.#state !== 'busy' || this.#isBroken) return false;
    this.#isBroken = true;
    setImmediate(() => setImmediate(() => this.#close(error)));
    return true;
  }

  /** Who the server is was settled by the handshake: after it, TLS finds that bytes were changed or lost on their way. */
  #onError(error: NodeJS.ErrnoException): void {
    const isOfTls = this.#state !== 'connecting' && error.code?.startsWith('ERR_SSL') === true;
    this.#close(isOfTls ? new ConnectionError('UND_ERR_SOCKET', `TLS broke, ${error.code}`) : error);
  }

  #onServerEnd(): void {
    try {
      if (this.#state === 'busy') this.#parser.finish();
      this.#close(new ConnectionError('UND_ERR_SOCKET', 'other side closed'));
    } catch (error) {
      this.#close(error as Error);
    }
  }

  #onDeadline(): void {
    if (this.#state === 'connecting')
      return this.#close(new ConnectionError('UND_ERR_CONNECT_TIMEOUT', 'no connection in time'));
    if (this.#state === 'free') return this.#close();
    this.#close(
      this.#hasHead
        ? new ConnectionError('UND_ERR_BODY_TIMEOUT', 'silence within a body')
        : new ConnectionError('UND_ERR_HEADERS_TIMEOUT', 'no answer in time'),
    );
  }

  #close(error: Error = new ConnectionError('UND_ERR_SOCKET', 'closed')): void {
    if (this.#state === 'closed') return;
    const wasConnecting = this.#state === 'connecting';
    const request = this.#request;
    this.#state = 'closed';
    this.#request = undefined;
    this.#deadline.close();
    this.#socket.destroy();
    request?.fail(error);
    this.#owner.onClosed(this, wasConnecting ? error : undefined);
  }
}
