import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../domain/backoff.ts';
import type { Backoff } from '../domain/backoff.ts';
import { failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { ObjectStore } from './object-store.ts';

/** The first request of a run must not end it because of a passing failure, nor hide for long that a name is wrong. */
const attempts = 4;
const backoff: Backoff = { baseDelayMs: second / 2, maxDelayMs: 2 * second };

/** What a probe asks of a store. */
export interface ProbedStore extends Pick<ObjectStore, 'head' | 'put' | 'delete'> {
  /** The keys with a prefix: few. */
  keys(prefix: string): Promise<readonly string[]>;
}

/**
 * Asks a store a few times, with growing delays, where it is overloaded, fails or breaks off. An attempt whose answer
 * was lost may have written all the same: the next one then meets what it wrote.
 */
export function askPersistently(store: ObjectStore, signal: AbortSignal): ProbedStore {
  const persistently = async <T>(request: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        const { code, retryable, retryAfterMs = 0 } = failureOf(error);
        // That bytes are refused is an answer.
        if (!retryable || code === 'store.checksum' || signal.aborted || attempt === attempts) throw error;
        await sleep(Math.max(retryAfterMs, backoffMs(backoff, attempt - 1)), undefined, { signal });
      }
    }
  };
  const listKeys = async (prefix: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix, { signal })) keys.push(key);
    return keys;
  };
  return {
    head: (...request) => persistently(() => store.head(...request)),
    put: (...request) => persistently(() => store.put(...request)),
    delete: (...request) => persistently(() => store.delete(...request)),
    keys: (prefix) => persistently(() => listKeys(prefix)),
  };
}
