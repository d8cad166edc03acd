import { FlantsError } from '../domain/failure.ts';
import { originText } from './circuit-breaker.ts';
import { mapFetch } from './map-fetch.ts';
import type { Source } from './source.ts';

/** Codes of a connection that was taken, and broken before it brought an answer. */
const breakCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** One connection in so many that is broken has other reasons than how many there are. */
const oftenEvery = 16;

/** A request that a broken connection ended, and how many have ended since. */
interface Break {
  readonly url: string;
  others: number;
}

/**
 * Tells a limit of connections from a fault. Proxies and firewalls that take only so many from one address break those
 * above it, while they serve the requests on others. So where two files within a few requests are broken off, the origin
 * is throttling, `source.throttled`: fewer at a time will be served. One file again and again is a fault of its own.
 *
 * For files that a plan names: their origins are there, as their playlists came.
 */
export function noticeCrowding(source: Source): Source {
  /** By origin, the latest of those that broke one lately. */
  const breaks = new Map<string, Break>();
  const count = (url: string): void => {
    if (breaks.size === 0) return;
    const origin = originText(url);
    const last = breaks.get(origin);
    if (!last) return;
    last.others += 1;
    if (last.others === oftenEvery) breaks.delete(origin);
  };
  return mapFetch(source, (fetch) => async (url, options) => {
    try {
      const answer = await fetch(url, options);
      count(url);
      return answer;
    } catch (error) {
      if (!(error instanceof FlantsError) || !breakCodes.has(codeOf(error.cause))) {
        count(url);
        throw error;
      }
      const origin = originText(url);
      const last = breaks.get(origin);
      breaks.set(origin, { url, others: 0 });
      throw last && last.url !== url ? crowdedError(error) : error;
    }
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function crowdedError(error: FlantsError): FlantsError {
  const message = `${error.message}, as others were just before: it takes fewer connections at a time`;
  return new FlantsError('source.throttled', message, { cause: error });
}
