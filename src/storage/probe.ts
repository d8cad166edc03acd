import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { ObjectStore, PutOptions, PutResult, StoreCapabilities, WriteCondition } from './object-store.ts';
import { crc32Hex } from './checksum.ts';

/** A fixed name, so that a store which does not allow deletion keeps one such object and not many. */
export const probeKey = '.flants-probe';

const body = Buffer.from('written by flants to learn what this store guards; can be deleted\n');

/** An ETag that no object has, to test `If-Match` with. */
const noSuchEtag = '"00000000000000000000000000000000"';

/**
 * For passing failures, and because a concurrent probe may delete the object just before a write that should be
 * refused.
 */
const attempts = 3;
const firstDelayMs = second / 2;

/**
 * Finds out by trial what a store guards, with one small object that is deleted afterwards.
 *
 * This is also the first write to the destination, so that problems with rights, bucket or credentials show up here.
 *
 * @throws {FlantsError} as `ObjectStore.put` and `head`
 */
export async function probeStore(
  store: ObjectStore,
  { signal }: { readonly signal: AbortSignal },
): Promise<StoreCapabilities> {
  const options: PutOptions = {
    contentType: 'text/plain',
    cacheControl: 'no-store',
    metadata: { probe: 'flants' },
    signal,
  };
  const write = (crc32: string, condition?: WriteCondition): Promise<PutResult> =>
    store.put(probeKey, body, crc32, { ...options, condition });
  const sum = crc32Hex(body);

  await withRetries(() => write(sum), signal);
  try {
    const current = await store.head(probeKey, { signal });
    return {
      createOnly: await isHonoured(() => write(sum, { ifNoneMatch: '*' })),
      replaceOnly: await isHonoured(() => write(sum, { ifMatch: noSuchEtag })),
      checksums: await refusesWrongBytes(() => write('00000000')),
      metadata: current?.metadata['probe'] === 'flants',
    };
  } finally {
    await store.delete(probeKey, { signal }).catch(() => undefined);
  }
}

/** Retries: this is the first request of a run, which must not end because of a passing failure. */
async function withRetries<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { retryable, retryAfterMs = 0 } = failureOf(error);
      if (!retryable || signal.aborted || attempt === attempts) throw error;
      await sleep(Math.max(retryAfterMs, firstDelayMs * 2 ** (attempt - 1)), undefined, { signal });
    }
  }
}

async function isHonoured(write: () => Promise<PutResult>): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      if ((await write()).result === 'precondition-failed') return true;
    } catch (error) {
      // Some stores refuse unknown headers with 400 or 501.
      if (error instanceof FlantsError && (error.failure.status === 400 || error.failure.status === 501)) return false;
      throw error;
    }
  }
  return false;
}

async function refusesWrongBytes(write: () => Promise<PutResult>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (error instanceof FlantsError && error.code === 'store.checksum') return true;
    throw error;
  }
}
