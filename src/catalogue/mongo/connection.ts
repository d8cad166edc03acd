import { MongoClient } from 'mongodb';
import { FlantsError } from '../../domain/failure.ts';
import { untilAborted } from '../../domain/waiting/until-aborted.ts';
import type { MongoPlace } from './errors.ts';

/** A client that connects on first use, and tries again after a failure. */
export interface MongoConnection {
  readonly client: MongoClient;
  /**
   * Connects, unless connected. Call it before each operation: the driver itself connects only once, and a client whose
   * first attempt failed would never work again.
   */
  connect(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates a connection. Does not connect yet.
 *
 * @throws {FlantsError} `usage` for a URL that the driver cannot parse
 */
export function mongoConnection(
  url: string,
  { name, redact }: MongoPlace,
  selectionTimeoutMs?: number,
): MongoConnection {
  const client = clientOf(url, redact, selectionTimeoutMs);
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

function clientOf(url: string, redact: MongoPlace['redact'], selectionTimeoutMs?: number): MongoClient {
  try {
    return new MongoClient(
      url,
      selectionTimeoutMs === undefined ? {} : { serverSelectionTimeoutMS: selectionTimeoutMs },
    );
  } catch (error) {
    const reason = error instanceof Error ? redact(error.message) : 'not understood';
    throw new FlantsError('usage', `the URL of the catalogue cannot be used: ${reason}`);
  }
}
