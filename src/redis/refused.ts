import { FlantsError } from '../domain/failure.ts';

/**
 * Waits for an answer of Redis. Throws `state.unusable` where it is an error (`READONLY`, `OOM`, `NOPERM`…), or where
 * the connection was closed here: one that broke comes back and answers.
 */
export async function refusedByRedis<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlantsError('state.unusable', `Redis refused: ${reason}`, { cause: error });
  }
}
