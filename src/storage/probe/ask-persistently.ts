import type { ObjectStore } from '../object-store.ts';
import { persistently } from '../persistently.ts';

/** What a probe asks of a store. */
export interface ProbedStore extends Pick<ObjectStore, 'head' | 'put' | 'delete'> {
  /** The keys with a prefix: few. */
  keys(prefix: string): Promise<readonly string[]>;
}

/**
 * Asks a store persistently: the first request of a run must not end it for a failure that passes. An attempt whose answer
 * was lost may have written all the same: the next one then meets what it wrote.
 */
export function askPersistently(store: ObjectStore, signal: AbortSignal): ProbedStore {
  const listKeys = async (prefix: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix, { signal })) keys.push(key);
    return keys;
  };
  return {
    head: (...request) => persistently(() => store.head(...request), signal),
    put: (...request) => persistently(() => store.put(...request), signal),
    delete: (...request) => persistently(() => store.delete(...request), signal),
    keys: (prefix) => persistently(() => listKeys(prefix), signal),
  };
}
