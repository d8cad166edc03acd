import { failureOf } from '../../domain/failure.ts';
import { sideInTrouble } from '../../domain/settle.ts';
import { crc32Hex } from '../checksum.ts';
import type { ObjectStore } from '../object-store.ts';
import type { Source } from '../source.ts';
import { probePrefix } from './key.ts';

/** Whether a source answers for a URL with anything but silence or a server error. Sends one request. */
export async function isAnswering(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  return isFine(async () => {
    const answer = await source.fetch(url, { kind: 'media', signal });
    if (answer.result === 'fetched') answer.cancel();
  }, signal);
}

/**
 * The same for the root of a URL's origin, which tells about the origin and not about that URL. A bucket has no root that
 * could be read: it is asked for an object that need not be there.
 */
export async function isOriginAnswering(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  const root = url.startsWith('s3:') ? `/${probePrefix}` : '/';
  return isAnswering(source, new URL(root, url).href, signal);
}

/** Whether a destination takes writes, or at least says why not. Writes a small object, and removes it. */
export async function isTakingWrites(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  // One for all: what another process does with it makes no difference to the answer.
  const key = `${probePrefix}-up`;
  const body = Buffer.from('written by flants to see whether the store is up again; can be deleted\n');
  const options = { contentType: 'text/plain', cacheControl: 'no-store', signal };
  const isWritten = await isFine(() => store.put(key, body, crc32Hex(body), options), signal);
  if (isWritten) await store.delete(key, { signal }).catch(() => undefined);
  return isWritten;
}

async function isFine(ask: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return sideInTrouble(failureOf(error)) === undefined;
  }
}
