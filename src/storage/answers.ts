import { failureOf } from '../domain/failure.ts';
import { silentSide } from '../domain/settle.ts';
import type { ObjectStore } from './object-store.ts';
import type { Source } from './source.ts';

/** Whether the origin of a URL answers at all, be it with an error: one request for its root. */
export async function answers(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await source.fetch(new URL('/', url).href, { kind: 'media', signal });
    if (answer.result === 'fetched') answer.cancel();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return silentSide(failureOf(error)) === undefined;
  }
}

/** Whether a destination answers at all, be it with an error: one look for an object that need not be there. */
export async function takesRequests(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  try {
    await store.head('.flants-probe', { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return silentSide(failureOf(error)) === undefined;
  }
}
