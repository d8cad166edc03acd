import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../domain/backoff.ts';
import type { Backoff } from '../domain/backoff.ts';
import { failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { ObjectStore } from './object-store.ts';

interface Persistence {
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Whether a store that never answered is asked again, and one that asks to be left alone for long is waited for. */
  readonly isPatient: boolean;
}

/** The first request of a run must not end it because of a passing failure, nor hide for long that a name is wrong. */
const whenProbing: Persistence = {
  attempts: 4,
  backoff: { baseDelayMs: second / 2, maxDelayMs: 2 * second },
  isPatient: true,
};
/** The source sends nothing meanwhile, and may not wait for long. */
const whenUploading: Persistence = {
  attempts: 7,
  backoff: { baseDelayMs: second / 4, maxDelayMs: 4 * second },
  isPatient: false,
};

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
  const persistently = <T>(request: () => Promise<T>): Promise<T> => ask(request, whenProbing, signal);
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

/**
 * A store whose uploads do not fail for one request that is throttled or breaks off: all parts that went before would
 * have to be fetched and sent again, and one of hundreds is likely to. The last request may meet what an earlier one has
 * completed, whose answer was lost: then the upload fails, and the next finds the object there.
 */
export function persistUploads(store: ObjectStore): ObjectStore {
  return {
    name: store.name,
    limits: store.limits,
    head: (...request) => store.head(...request),
    get: (...request) => store.get(...request),
    put: (...request) => store.put(...request),
    list: (...request) => store.list(...request),
    delete: (...request) => store.delete(...request),
    close: () => store.close(),
    async upload(key, options) {
      const persistently = <T>(request: () => Promise<T>): Promise<T> => ask(request, whenUploading, options.signal);
      const upload = await persistently(() => store.upload(key, options));
      return {
        part: (...part) => persistently(() => upload.part(...part)),
        complete: (crc32) => persistently(() => upload.complete(crc32)),
        abort: () => upload.abort(),
      };
    },
  };
}

async function ask<T>(
  request: () => Promise<T>,
  { attempts, backoff, isPatient }: Persistence,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const { code, retryable, retryAfterMs = 0 } = failureOf(error);
      // That bytes are refused is an answer.
      if (!retryable || code === 'store.checksum' || signal.aborted || attempt === attempts) throw error;
      if (!isPatient && (code === 'store.timeout' || retryAfterMs > backoff.maxDelayMs)) throw error;
      await sleep(Math.max(retryAfterMs, backoffMs(backoff, attempt - 1)), undefined, { signal });
    }
  }
}
