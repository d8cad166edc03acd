import { FlantsError } from '../domain/failure.ts';

/** What ioredis says of a connection that will not come back. */
const closedHere = 'Connection is closed.';

/**
 * Waits for an answer of Redis. Throws `state.unusable` where it is an error (`READONLY`, `OOM`, `NOPERM`…), or where
 * the connection was closed here: one that broke comes back and answers.
 */
export async function refusedByRedis<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = reason === closedHere ? 'the connection to Redis was lost' : `Redis refused: ${reason}`;
    throw new FlantsError('state.unusable', message, { cause: error });
  }
}
