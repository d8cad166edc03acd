import { randomBytes } from 'node:crypto';
import { minute } from '../../domain/units.ts';
import type { ObjectStore } from '../object-store.ts';
import { isDenied, isUnknownRequest } from '../refusals.ts';
import { askPersistently } from './ask-persistently.ts';

/** How the keys of all objects begin that are written to learn about a store. Policies of buckets name it. */
export const probePrefix = '.flants-probe';

/** Older objects were left by processes that were killed, or that may not delete. */
const leftAfterMs = 60 * minute;

/** A key made by `freshKey`, and what others begin with. */
const madeKey = /^\.flants-probe-([\da-z]{8,9})-[\da-f]{8}/;

/**
 * Finds a key of its own, so that processes that start at the same time do not meet each other's objects. Further keys may
 * begin with it. Removes what others left an hour ago. A store that lets nobody delete, or list, is given the same key
 * again and again, so that it keeps a few such objects and not many.
 *
 * This asks for the bucket before anything is written, since some stores make one for whoever writes.
 *
 * @throws {FlantsError} `store.no-bucket`, and what any request would meet; but not that the store allows no listing
 */
export async function findProbeKey(store: ObjectStore, signal: AbortSignal, nowMs = Date.now()): Promise<string> {
  let present: readonly string[];
  try {
    present = await askPersistently(store, signal).keys(probePrefix);
  } catch (error) {
    if (!isDenied(error) && !isUnknownRequest(error)) throw error;
    return probePrefix;
  }
  for (const key of present) {
    const [base = probePrefix, madeAt = ''] = madeKey.exec(key) ?? [];
    if (nowMs - (Number.parseInt(madeAt, 36) || 0) < leftAfterMs) continue;
    const isRemoved = await store.delete(key, { signal }).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return base;
  }
  return freshKey(nowMs);
}

function freshKey(nowMs: number): string {
  return `${probePrefix}-${nowMs.toString(36)}-${randomBytes(4).toString('hex')}`;
}
