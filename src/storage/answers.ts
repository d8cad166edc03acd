import { failureOf } from '../domain/failure.ts';
import { isSilence } from '../domain/settle.ts';
import type { Source } from './source.ts';

/** Whether the origin of a URL answers at all, be it with an error: one request for its root. */
export async function answers(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await source.fetch(new URL('/', url).href, { kind: 'media', signal });
    if (answer.result === 'fetched') answer.cancel();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return !isSilence(failureOf(error));
  }
}
