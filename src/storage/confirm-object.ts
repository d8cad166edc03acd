import { FlantsError } from '../domain/failure.ts';
import { measureBody } from './checksum.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** An object that was written without a checksum that the store would have checked. */
export interface UncheckedWrite {
  readonly key: string;
  readonly crc32: string;
  /** As the store answered the write. Empty if it did not say. */
  readonly etag: string;
}

/**
 * Compares an object that the store did not check with its CRC-32: by the store's own, or else by reading it. One that
 * differs is removed, since its metadata vouch for other bytes.
 *
 * @returns its ETag, which need not be that of the answer: some stores give an upload in parts another, or none
 * @throws {FlantsError} a retryable `store.checksum` if it has other bytes; and as the store
 */
export async function confirmObject(
  store: Pick<ObjectStore, 'name' | 'head' | 'get' | 'delete'>,
  { key, crc32, etag }: UncheckedWrite,
  signal: AbortSignal,
): Promise<string> {
  const stored = await store.head(key, { signal });
  const found = await crc32Of(store, stored ?? { key }, signal);
  if (found === crc32) return stored?.etag ?? etag;
  // Another writer's object is another matter.
  if (stored !== undefined && stored.etag === etag) await store.delete(key, { signal });
  throw new FlantsError('store.checksum', `${store.name}/${key}: other bytes are stored than those that were sent`);
}

/** The CRC-32 of an object: the store's own, or else by reading it. Undefined if it is not there. */
export async function crc32Of(
  store: Pick<ObjectStore, 'get'>,
  { key, crc32 }: Pick<StoredObject, 'key' | 'crc32'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (crc32 !== undefined) return crc32;
  const opened = await store.get(key, { signal });
  return opened && (await measureBody(opened.body)).crc32;
}
