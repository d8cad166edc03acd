import { Connection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import { destroyedError } from './errors.ts';
import type { Request } from './request.ts';

/** How many connections, and how they are made. */
export interface PoolOptions extends Omit<ConnectionOptions, 'resumption'> {
  /** At the most. Further requests wait for one, and no time-out runs meanwhile. */
  readonly connections: number;
  /** Nothing is open and nothing waits. */
  readonly onEmpty: () => void;
}

/** The connections to one origin, and the requests that wait for one. */
export class Pool {
  /** The last used comes first, so that those that are not needed end. */
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  #waiting: Request[] = [];
  #connecting = 0;
  #isClosed = false;
  readonly #options: PoolOptions & ConnectionOptions;

  constructor(options: PoolOptions) {
    this.#options = { ...options, resumption: {} };
  }

  send(request: Request): void {
    this.#waiting.push(request);
    this.#serve();
  }

  /** Closes all connections. Requests end as by undici's `destroy`. */
  destroy(): void {
    this.#isClosed = true;
    for (const connection of this.#all) connection.destroy(destroyedError());
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) request.fail(destroyedError());
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#free.length > 0) {
      const connection = this.#free.pop() as Connection;
      if (!this.#sendNext(connection)) this.#free.push(connection);
    }
    const { connections } = this.#options;
    while (this.#connecting < this.#waiting.length && this.#all.size < connections) this.#connect();
  }

  /** @returns false if all that waited was aborted meanwhile */
  #sendNext(connection: Connection): boolean {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      if (connection.send(request)) return true;
    }
    return false;
  }

  #connect(): void {
    this.#connecting += 1;
    let isConnecting = true;
    const settle = (): void => {
      if (isConnecting) this.#connecting -= 1;
      isConnecting = false;
    };
    const onFree = (free: Connection): void => {
      settle();
      this.#free.push(free);
      this.#serve();
    };
    const onClosed = (closed: Connection, error?: Error): void => {
      settle();
      this.#all.delete(closed);
      const at = this.#free.indexOf(closed);
      if (at >= 0) this.#free.splice(at, 1);
      this.#afterLoss(error);
    };
    try {
      this.#all.add(new Connection(this.#options, { onFree, onClosed }));
    } catch (error) {
      settle();
      this.#afterLoss(error as Error);
    }
  }

  /** @param error - of a connection that was never made: somebody waited for it */
  #afterLoss(error: Error | undefined): void {
    if (error) this.#waiting.shift()?.fail(error);
    if (this.#isClosed) return;
    this.#serve();
    if (this.#all.size === 0) this.#options.onEmpty();
  }
}
