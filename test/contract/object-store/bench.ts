import { afterAll, beforeAll, expect } from 'vitest';
import { FlantsError } from '../../../src/domain/failure.ts';
import type { FailureCode } from '../../../src/domain/failure.ts';
import { crc32Hex } from '../../../src/storage/checksum.ts';
import { guardWrites } from '../../../src/storage/guard.ts';
import type {
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
  StoredObject,
} from '../../../src/storage/object-store.ts';

/** A store to be tried, and what is to be expected of it. */
export interface StoreUnderTest {
  readonly name: string;
  /** What the probe must find. Tests of what the store does not guard are skipped. */
  readonly capabilities: StoreCapabilities;
  /** What else it does not do. */
  readonly shortcomings?: readonly Shortcoming[];
  /** Opens an empty store. */
  open(): Promise<{ readonly store: ObjectStore; close(): Promise<void> }>;
}

/**
 * What a store is known not to do, beyond what a probe finds out: its listings have no ETags; of conditional writes at
 * the same moment it lets more than one through; it takes a backslash for a slash; it replaces files that it did not write.
 */
export type Shortcoming = 'no-etags-listed' | 'conditions-race' | 'backslash-is-slash' | 'replaces-own-files';

/** The capabilities of a store that guards and keeps everything. */
export const allCapabilities: StoreCapabilities = {
  createOnly: true,
  replaceOnly: true,
  etags: 'quoted',
  unconditional: true,
  checksums: 'crc32',
  metadata: true,
  cacheControl: true,
  emptySegments: true,
};

export const { signal } = new AbortController();
export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const plain: PutOptions = { contentType: 'video/mp2t', cacheControl: 'public, max-age=60', signal };

/** One store for all tests of a suite, and short ways to use it. */
export interface ObjectStoreBench {
  /** The store without a guard. */
  readonly raw: ObjectStore;
  readonly store: ObjectStore;
  readonly capabilities: StoreCapabilities;
  readonly shortcomings: readonly Shortcoming[];
  readonly put: (key: string, body: string, options?: Partial<PutOptions>) => Promise<PutResult>;
  readonly etagOf: (key: string) => Promise<string>;
  readonly read: (key: string) => Promise<string | undefined>;
  readonly list: (prefix: string, after?: string) => Promise<StoredObject[]>;
  readonly keys: (prefix: string, after?: string) => Promise<string[]>;
}

/** Opens and closes a store around the suite that calls this. */
export function createObjectStoreBench({ capabilities, shortcomings = [], open }: StoreUnderTest): ObjectStoreBench {
  let raw: ObjectStore;
  let store: ObjectStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const opened = await open();
    raw = opened.store;
    store = guardWrites(raw, capabilities);
    close = opened.close;
  });
  afterAll(async () => {
    await store.close();
    await close();
  });

  const put = (key: string, body: string, options: Partial<PutOptions> = {}): Promise<PutResult> =>
    store.put(key, bytes(body), crc32Hex(bytes(body)), { ...plain, ...options });
  const etagOf = async (key: string): Promise<string> => (await store.head(key, { signal }))?.etag ?? 'nothing there';
  const read = async (key: string): Promise<string | undefined> => {
    const found = await store.get(key, { signal });
    if (!found) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of found.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const list = async (prefix: string, after?: string): Promise<StoredObject[]> => {
    const objects: StoredObject[] = [];
    for await (const object of store.list(prefix, { signal, ...(after === undefined ? {} : { after }) }))
      objects.push(object);
    return objects;
  };
  const keys = async (prefix: string, after?: string): Promise<string[]> =>
    (await list(prefix, after)).map(({ key }) => key);
  return {
    get raw() {
      return raw;
    },
    get store() {
      return store;
    },
    capabilities,
    shortcomings,
    put,
    etagOf,
    read,
    list,
    keys,
  };
}

/** `stored`, `precondition-failed`, or `conflict` where a store wants a write that met others to be sent again. */
export async function settled(write: Promise<PutResult>): Promise<string> {
  try {
    return (await write).result;
  } catch (error) {
    if (error instanceof FlantsError && error.code === 'store.status' && error.failure.retryable) return 'conflict';
    throw error;
  }
}

export async function expectFailure(code: FailureCode, action: Promise<unknown>): Promise<void> {
  await expect(action).rejects.toMatchObject({ failure: { code } });
}
