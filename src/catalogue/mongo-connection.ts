import { MongoClient } from 'mongodb';
import { FlantsError } from '../domain/failure.ts';
import type { MongoPlace } from './mongo-errors.ts';

/** A client that connects when it is first needed, and anew after that failed. */
export interface MongoConnection {
  readonly client: MongoClient;
  /**
   * To be called before each operation: the driver connects by itself once only, and a client whose first try failed
   * would never work again.
   */
  connect(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws {FlantsError} `usage` for a URL that the driver does not understand */
export function mongoConnection(url: string, { name, redact }: MongoPlace): MongoConnection {
  const client = clientOf(url, redact);
  let isClosed = false;
  return {
    client,
    async connect(signal) {
      if (isClosed) throw new FlantsError('catalogue.unreadable', `the catalogue ${name} was closed`);
      await (signal ? untilAborted(client.connect(), signal) : client.connect());
    },
    async close() {
      isClosed = true;
      await client.close();
    },
  };
}

function clientOf(url: string, redact: MongoPlace['redact']): MongoClient {
  try {
    return new MongoClient(url);
  } catch (error) {
    const reason = error instanceof Error ? redact(error.message) : 'not understood';
    throw new FlantsError('usage', `the URL of the catalogue cannot be used: ${reason}`);
  }
}

/** What comes first: the promise's end, or the signal's abortion. The driver itself may wait half a minute for a server. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new FlantsError('aborted', 'stopped before the catalogue answered'));
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
