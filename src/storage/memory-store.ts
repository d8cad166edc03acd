import { compareUtf8 } from '../domain/compare-utf8.ts';
import { FlantsError } from '../domain/failure.ts';
import { GiB } from '../domain/units.ts';
import { crc32Hex } from './checksum.ts';
import { isConditionMet } from './write-condition.ts';
import type { ObjectStore, PutOptions, PutResult, StoreLimits, StoredObject, Upload } from './object-store.ts';
import { assertStorableKey } from './store-key.ts';

/** An object with its bytes, for tests that inspect the store directly. */
export interface MemoryObject extends StoredObject {
  readonly body: Uint8Array;
  readonly cacheControl: string;
}

/** A store in the memory of its process. */
export interface MemoryStore extends ObjectStore {
  /** All objects by key. May be changed from outside. */
  readonly objects: Map<string, MemoryObject>;
}

/** Small parts keep uploads in tests small. */
const limits: StoreLimits = { maxPutBytes: 1 * GiB, minPartBytes: 1, maxPartCount: 10_000 };

/**
 * Opens an empty store in memory, which copies the bytes it is given. It honours every condition and checks every
 * checksum.
 */
export function openMemoryStore(name = 'memory:'): MemoryStore {
  const objects = new Map<string, MemoryObject>();
  let writes = 0;

  const write = (key: string, body: Uint8Array, crc32: string, options: PutOptions): PutResult => {
    if (crc32Hex(body) !== crc32)
      throw new FlantsError('store.checksum', `${name}: other bytes arrived for ${key} than were sent`);
    if (!isConditionMet(options.condition, objects.get(key))) return { result: 'precondition-failed' };
    writes += 1;
    const etag = `"${writes}"`;
    const { contentType, cacheControl, metadata = {} } = options;
    objects.set(key, { key, body, sizeBytes: body.byteLength, etag, crc32, metadata, contentType, cacheControl });
    return { result: 'stored', etag };
  };
  const begin = async (signal: AbortSignal, key?: string): Promise<void> => {
    // As with any store, other pending work gets its turn first.
    await Promise.resolve();
    if (signal.aborted)
      throw new FlantsError('aborted', `${name}: stopped before it was done`, { cause: signal.reason });
    if (key !== undefined) assertStorableKey(key, name);
  };

  return {
    name,
    limits,
    objects,
    head: async (key, { signal }) => {
      await begin(signal, key);
      const found = objects.get(key);
      return found && describe(found);
    },
    get: async (key, { signal, range: { from, to } = { from: 0, to: Infinity } }) => {
      await begin(signal, key);
      const found = objects.get(key);
      return found && { object: describe(found), body: once(found.body.subarray(from, to + 1)) };
    },
    put: async (key, body, crc32, options) => {
      await begin(options.signal, key);
      return write(key, Buffer.from(body), crc32, options);
    },
    upload: async (key, options) => {
      await begin(options.signal, key);
      return memoryUpload((body, crc32) => write(key, body, crc32, options), begin);
    },
    async *list(prefix, { signal, after }) {
      await begin(signal);
      const keys = [...objects.keys()].filter(
        (key) => key.startsWith(prefix) && (after === undefined || compareUtf8(key, after) > 0),
      );
      for (const key of keys.toSorted(compareUtf8)) {
        await begin(signal);
        const found = objects.get(key);
        if (!found) continue;
        const { sizeBytes, etag, storageClass } = found;
        yield { key, sizeBytes, etag, metadata: {}, ...(storageClass === undefined ? {} : { storageClass }) };
      }
    },
    delete: async (key, { signal }) => {
      await begin(signal, key);
      objects.delete(key);
    },
    close: () => Promise.resolve(),
  };
}

function memoryUpload(
  write: (body: Uint8Array, crc32: string) => PutResult,
  begin: (signal: AbortSignal) => Promise<void>,
): Upload {
  const parts = new Map<number, Uint8Array>();
  return {
    part: async (number, body, { signal }) => {
      await begin(signal);
      parts.set(number, Buffer.from(body));
    },
    complete: async (crc32) => {
      const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, body]) => body);
      return write(Buffer.concat(inOrder), crc32);
    },
    abort: () => Promise.resolve(parts.clear()),
  };
}

function describe({ body: _, ...object }: MemoryObject): StoredObject {
  return object;
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
