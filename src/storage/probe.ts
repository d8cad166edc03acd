import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { ObjectStore, PutOptions, PutResult, StoreCapabilities, WriteCondition } from './object-store.ts';
import { crc32Hex } from './checksum.ts';

/** Fixed names, so that a store which does not allow deletion keeps one such object each and not many. */
export const probeKey = '.flants-probe';
/** Free as long as the store refuses wrong bytes, which a write with the condition below would else not show. */
const wrongBytesKey = '.flants-probe-checksum';

const body = Buffer.from('written by flants to learn what this store guards; can be deleted\n');

/** An ETag that no object has, to test `If-Match` with. */
const noSuchEtag = '"00000000000000000000000000000000"';

/**
 * For passing failures, and because a concurrent probe may delete the object just before a write that should be
 * refused.
 */
const attempts = 3;
const firstDelayMs = second / 2;

/** Writes the probe's bytes to a key, with this checksum and condition. */
type Write = (key: string, crc32: string, condition: WriteCondition) => Promise<PutResult>;

/**
 * Finds out by trial what a store guards, with small objects that are deleted afterwards.
 *
 * This is also the first write to the destination, so that problems with rights, bucket or credentials show up here.
 * Where only conditional writes are allowed, as a bucket policy may demand, it sends no others.
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
  const write: Write = (key, crc32, condition) => store.put(key, body, crc32, { ...options, condition });
  const remove = (key: string): Promise<void> => store.delete(key, { signal }).catch(() => undefined);
  const sum = crc32Hex(body);

  const allowed = await withRetries(() => writeFirst(write, sum), signal);
  try {
    const current = await store.head(probeKey, { signal });
    return {
      createOnly: await isHonoured(() => write(probeKey, sum, { ifNoneMatch: '*' })),
      replaceOnly: await replacesOnly(() => write(probeKey, sum, { ifMatch: noSuchEtag })),
      checksums: await refusesWrongBytes(
        () => write(wrongBytesKey, '00000000', allowed),
        () => remove(wrongBytesKey),
      ),
      metadata: current?.metadata['probe'] === 'flants',
    };
  } finally {
    await remove(probeKey);
  }
}

/** Writes the probe. Returns the condition without which the store allows no write. */
async function writeFirst(write: Write, sum: string): Promise<WriteCondition> {
  try {
    await write(probeKey, sum, undefined);
    return undefined;
  } catch (error) {
    if (!isDenied(error)) throw error;
    const condition = { ifNoneMatch: '*' } as const;
    await write(probeKey, sum, condition);
    return condition;
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

/** A store that denies every replacement replaces nothing wrong. */
async function replacesOnly(write: () => Promise<PutResult>): Promise<boolean> {
  return isHonoured(write).catch((error: unknown) => {
    if (isDenied(error)) return true;
    throw error;
  });
}

async function refusesWrongBytes(write: () => Promise<PutResult>, remove: () => Promise<void>): Promise<boolean> {
  try {
    await write();
  } catch (error) {
    if (error instanceof FlantsError && error.code === 'store.checksum') return true;
    throw error;
  }
  await remove();
  return false;
}

function isDenied(error: unknown): boolean {
  return error instanceof FlantsError && error.code === 'store.denied';
}
