import { mapFetch } from './map-fetch.ts';
import { processClock, takeFrom } from './shared-rate.ts';
import type { RateClock, SharedRate } from './shared-rate.ts';
import type { Source } from './source.ts';

/** What a source may be asked for. Absent parts are not limited. */
export interface SourceLimits {
  /** Bytes of bodies. */
  readonly bytes?: SharedRate;
  readonly requests?: SharedRate;
}

/**
 * Limits how fast bodies come from a source, and how often it is asked. Each chunk waits for its turn; since waiting delays
 * reading, the network slows down too. Bodies throw `aborted` when stopped while they wait.
 */
export function limitSource(source: Source, { bytes, requests }: SourceLimits, clock = processClock): Source {
  if (!bytes && !requests) return source;
  const limited = mapFetch(source, (fetch) => async (url, options) => {
    if (requests) await takeFrom(requests, 1, options.signal, clock);
    const object = await fetch(url, options);
    if (!bytes || object.result !== 'fetched') return object;
    return { ...object, body: throttled(object.body, bytes, options.signal, clock) };
  });
  return {
    ...limited,
    sizeOf: async (url, options) => {
      if (requests) await takeFrom(requests, 1, options.signal, clock);
      return source.sizeOf(url, options);
    },
  };
}

async function* throttled(
  body: AsyncIterable<Uint8Array>,
  bytes: SharedRate,
  signal: AbortSignal,
  clock: RateClock,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await takeFrom(bytes, chunk.byteLength, signal, clock);
    yield chunk;
  }
}
