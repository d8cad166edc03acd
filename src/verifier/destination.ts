import { failureOf, FlantsError } from '../domain/failure.ts';
import { maxPlaylistBytes } from '../domain/playlist-size.ts';
import type { Validators } from '../domain/revision.ts';
import { measureBody } from '../storage/checksum.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { FetchedObject, Source } from '../storage/source.ts';

/** What stands under a URL of the destination. */
export interface CurrentDecisions {
  /** Absent where the destination does not tell without reading it. */
  readonly sizeBytes?: number;
  /** Absent where the destination does not keep it. */
  readonly crc32?: string;
}

/** A destination to be proven: read-only, addressed by URLs, so that playlists resolve as players resolve them. */
export interface Destination {
  /** The text under a URL; undefined where nothing stands. */
  read(url: string, options: { readonly signal: AbortSignal }): Promise<ReadDocument | undefined>;
  /** What stands under a URL; undefined where nothing does. */
  look(url: string, options: { readonly signal: AbortSignal }): Promise<CurrentDecisions | undefined>;
  /** Reads every byte; undefined where nothing stands. */
  measure(url: string, options: { readonly signal: AbortSignal }): Promise<Required<CurrentDecisions> | undefined>;
  /** `look` tells the checksum of what was written, not of what is there now: `measure` may be held against it. */
  readonly keepsChecksums: boolean;
  /** Whether a URL lies in this destination at all. */
  holds(url: string): boolean;
  /** The key below the destination's prefix, as evidence and reports name it; the URL itself where there is none. */
  keyOf(url: string): string;
}

/** A playlist or JSON document of the destination. */
export interface ReadDocument {
  readonly finalUrl: string;
  readonly bytes: Uint8Array;
  readonly validators: Validators;
  readonly contentType?: string;
}

/** How a store is addressed. */
export interface StoreLocation {
  /** URL of the store's root with its final slash: `s3://bucket/`, `file:///folder/`. */
  readonly root: string;
  /** Of the library below it, with a final slash; empty where it is the root or unknown. */
  readonly prefix: string;
  /** Whether the store remembers the checksum that an object was written with. A file system has to read the file. */
  readonly keepsChecksums: boolean;
}

/**
 * A destination in an object store.
 *
 * @param store - opened at the bucket or folder itself
 */
export function destinationInStore(store: ObjectStore, { root, prefix, keepsChecksums }: StoreLocation): Destination {
  const fullKeyOf = (url: string): string =>
    decodeURIComponent(new URL(url).pathname.slice(new URL(root).pathname.length));
  return {
    async read(url, { signal }) {
      const found = await store.get(fullKeyOf(url), { signal });
      if (!found) return undefined;
      return { finalUrl: url, bytes: await collect(found.body), validators: {}, ...typeOf(found.object) };
    },
    async look(url, { signal }) {
      const standing = await store.head(fullKeyOf(url), { signal });
      return (
        standing && {
          sizeBytes: standing.sizeBytes,
          ...(standing.crc32 === undefined ? {} : { crc32: standing.crc32 }),
        }
      );
    },
    async measure(url, { signal }) {
      const found = await store.get(fullKeyOf(url), { signal });
      return found && (await measureBody(found.body));
    },
    keepsChecksums,
    holds: (url) => url.startsWith(root),
    keyOf(url) {
      const key = fullKeyOf(url);
      return key.startsWith(prefix) ? key.slice(prefix.length) : key;
    },
  };
}

/** A destination behind HTTP, such as a CDN: what players see. */
export function destinationOverHttp(source: Source, playlistUrl: string): Destination {
  const { origin } = new URL(playlistUrl);
  const fetch = async (
    url: string,
    kind: 'text' | 'media',
    signal: AbortSignal,
  ): Promise<FetchedObject | undefined> => {
    try {
      const answer = await source.fetch(url, { kind, signal });
      return answer.result === 'fetched' ? answer : undefined;
    } catch (error) {
      const { code } = failureOf(error);
      // A bucket that may not be listed answers 403 for what is not there.
      if (code === 'source.not-found' || code === 'source.gone' || code === 'source.denied') return undefined;
      throw error;
    }
  };
  return {
    async read(url, { signal }) {
      const found = await fetch(url, 'text', signal);
      return (
        found && {
          finalUrl: found.finalUrl,
          bytes: await collect(found.body),
          validators: found.validators,
          ...typeOf(found),
        }
      );
    },
    async look(url, { signal }) {
      const found = await fetch(url, 'media', signal);
      found?.cancel();
      return found && (found.sizeBytes === undefined ? {} : { sizeBytes: found.sizeBytes });
    },
    async measure(url, { signal }) {
      const found = await fetch(url, 'media', signal);
      return found && (await measureBody(found.body));
    },
    keepsChecksums: false,
    holds: (url) => new URL(url).origin === origin,
    keyOf: (url) => url,
  };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxPlaylistBytes) {
      throw new FlantsError('hls.limit', `a playlist is longer than ${maxPlaylistBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

function typeOf({ contentType }: { readonly contentType?: string }): { contentType?: string } {
  return contentType === undefined ? {} : { contentType };
}
