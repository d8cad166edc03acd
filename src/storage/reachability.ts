import { failureOf } from '../domain/failure.ts';
import { unresponsiveSide } from '../domain/settle.ts';
import type { ObjectStore } from './object-store.ts';
import type { Source } from './source.ts';

/** Whether the origin of a URL responds at all, even with an error. Sends one request for its root. */
export async function isSourceReachable(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await source.fetch(new URL('/', url).href, { kind: 'media', signal });
    if (answer.result === 'fetched') answer.cancel();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return unresponsiveSide(failureOf(error)) === undefined;
  }
}

/** Whether a destination responds at all, even with an error. Asks for one object, which need not exist. */
export async function isStoreReachable(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  try {
    await store.head('.flants-probe', { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return unresponsiveSide(failureOf(error)) === undefined;
  }
}
