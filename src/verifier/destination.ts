import { FlantsError, failureOf } from '../domain/failure.ts';
import { collectPlaylist } from '../domain/playlist-size.ts';
import { isArchive } from '../domain/object-headers.ts';
import type { Validators } from '../domain/read-playlist.ts';
import { KiB } from '../domain/units.ts';
import { measureBody } from '../storage/checksum.ts';
import type { Measured } from '../storage/checksum.ts';
import { contentCodings, decodeBody } from '../storage/http/decode.ts';
import type { ObjectStore, ReadRange } from '../storage/object-store.ts';
import { persistently } from '../storage/persistently.ts';
import { collectBody, rangeOf } from '../storage/body-range.ts';
import type { FetchedObject, Source } from '../storage/source.ts';

/** First bytes of an object: enough to tell what it is, and to follow the boxes of most fragments of MP4. */
export const headBytes = 16 * KiB;

/** What a destination knows about an object. */
export interface ObjectFacts {
  /** Absent if the destination tells the size only to those who read the object. */
  readonly sizeBytes?: number;
  /** Absent if the destination keeps no checksum. */
  readonly crc32?: string;
  readonly contentType?: string;
  /** Content codings with which a store keeps it; sizes and bytes are then those that players get. Absent if there is none. */
  readonly codings?: readonly string[];
  /** It is in an archive, and has to be restored before anybody can read it. */
  readonly isArchived?: boolean;
  /** The first bytes, up to `headBytes`. Absent if none was read. */
  readonly head?: Uint8Array;
  /** Where redirects led. Absent if there are none. */
  readonly finalUrl?: string;
}

/** What is known about an object that was read completely. */
export type MeasuredFacts = ObjectFacts & Measured;

/** A destination to verify. It is read-only and addressed by URLs, so that playlists resolve as they do for players. */
export interface Destination {
  /** Reads a document. Undefined if there is none at the URL. */
  read(url: string, options: { readonly signal: AbortSignal }): Promise<ReadDocument | undefined>;
  /** Returns what is known about an object without reading it to its end. Undefined if there is none. */
  head(url: string, options: { readonly signal: AbortSignal }): Promise<ObjectFacts | undefined>;
  /** Reads an object completely to measure it. Undefined if there is none. */
  measure(url: string, options: { readonly signal: AbortSignal }): Promise<MeasuredFacts | undefined>;
  /** Reads a part of an object that has at least these bytes. Undefined if there is none, or it is stored with a coding. */
  readPart(url: string, part: ReadRange, options: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined>;
  /** Whether a part costs no more than its own bytes. If not, all that stands before it comes too. */
  readonly seeks: boolean;
  /**
   * Whether `head` returns the checksum of the bytes as written rather than as they are now. `measure` can then be
   * compared with it.
   */
  readonly keepsChecksums: boolean;
  /** Whether a URL lies within this destination. */
  contains(url: string): boolean;
  /**
   * The key below the destination's prefix, as in evidence and reports. The URL itself if the destination has no keys, or
   * none that it is the address of.
   */
  keyOf(url: string): string;
}

/** The key of an object, for reports; of one outside the destination, its URL. */
export function nameIn(destination: Pick<Destination, 'contains' | 'keyOf'>, url: string): string {
  return destination.contains(url) ? destination.keyOf(url) : url;
}

/** A destination whose objects can be listed, and so looked into. */
export interface StoreDestination extends Destination {
  /** Reads the first bytes of an object, up to `headBytes`. Undefined if there is none. */
  readHead(url: string, options: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined>;
}

/** A playlist or JSON document read from the destination. */
export interface ReadDocument {
  readonly finalUrl: string;
  readonly bytes: Uint8Array;
  readonly validators: Validators;
  readonly contentType?: string;
}

/** The location of a library in a store. */
export interface StoreLocation {
  /** URL of the store's root with a trailing slash: `s3://bucket/`, `file:///folder/`. */
  readonly root: string;
  /**
   * Prefix of the library below the root, with a trailing slash. Empty if the library is at the root, or the prefix is
   * unknown.
   */
  readonly prefix: string;
  /**
   * Whether the store keeps the checksum with which an object was written. A file system has to read the file instead.
   */
  readonly keepsChecksums: boolean;
}

/**
 * A destination in an object store.
 *
 * @param store - opened at the root of the bucket or folder, without a prefix
 */
export function destinationInStore(
  store: ObjectStore,
  { root, prefix, keepsChecksums }: StoreLocation,
): StoreDestination {
  const fullKeyOf = (url: string): string | undefined =>
    decoded(new URL(url).pathname.slice(new URL(root).pathname.length));
  /** What no key can be asked for by is not there. */
  const ask = async <T>(url: string, question: (key: string) => Promise<T>): Promise<T | undefined> => {
    const key = fullKeyOf(url);
    return key === undefined ? undefined : question(key);
  };
  /** The object as players get it: without the coding that it is stored with. */
  const get = async (url: string, signal: AbortSignal): Promise<PlainObject | undefined> => {
    const found = await ask(url, (key) => store.get(key, { signal }));
    if (!found) return undefined;
    const codings = contentCodings(found.object.contentEncoding);
    const body = codings.length === 0 ? found.body : decodeStored(found.body, codings, url);
    return { ...typeOf(found.object), ...codingsOf(codings), body };
  };
  return persistent<StoreDestination>({
    async read(url, { signal }) {
      const found = await get(url, signal);
      if (!found) return undefined;
      const bytes = await collectPlaylist(found.body, () => 'a playlist');
      return { finalUrl: url, bytes, validators: {}, ...typeOf(found) };
    },
    async head(url, { signal }) {
      const object = await ask(url, (key) => store.head(key, { signal }));
      if (!object) return undefined;
      const codings = contentCodings(object.contentEncoding);
      const isArchived = isArchive(object.storageClass);
      if (codings.length === 0 || isArchived) {
        const { sizeBytes, crc32 } = object;
        return {
          ...(isArchived ? { isArchived } : {}),
          sizeBytes,
          ...(crc32 === undefined ? {} : { crc32 }),
          ...typeOf(object),
        };
      }
      const found = await get(url, signal);
      return found && { ...typeOf(found), ...codingsOf(codings), head: await readHead(found.body) };
    },
    async readHead(url, { signal }) {
      const found = await get(url, signal);
      return found && readHead(found.body);
    },
    async measure(url, { signal }) {
      const found = await get(url, signal);
      return found && { ...typeOf(found), ...codingsOf(found.codings ?? []), ...(await measure(found.body)) };
    },
    async readPart(url, range, { signal }) {
      const found = await ask(url, (key) => store.get(key, { signal, range }));
      if (!found) return undefined;
      const bytes = await collectBody(found.body);
      return contentCodings(found.object.contentEncoding).length === 0 ? bytes : undefined;
    },
    seeks: true,
    keepsChecksums,
    contains: (url) => url.startsWith(root),
    keyOf(url) {
      const key = fullKeyOf(url) ?? url;
      return key.startsWith(prefix) ? key.slice(prefix.length) : key;
    },
  });
}

/**
 * The bytes that players make of a stored body.
 *
 * @returns reading them throws `verify.wrong-body` where it is not in the coding that it is stored with, and what `body`
 *   throws
 */
async function* decodeStored(
  body: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  url: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* decodeBody(body, codings, new URL(url));
  } catch (error) {
    if (!failureOf(error).code.startsWith('source.')) throw error;
    const message = `it is stored with Content-Encoding ${codings.join(', ')}, in which no player can read it`;
    throw new FlantsError('verify.wrong-body', message, { cause: error });
  }
}

type PlainObject = Pick<ObjectFacts, 'contentType' | 'codings'> & { readonly body: AsyncIterable<Uint8Array> };

function codingsOf(codings: readonly string[]): Pick<ObjectFacts, 'codings'> {
  return codings.length === 0 ? {} : { codings };
}

/** Undefined where a percent sign is none of UTF-8: stores and servers refuse such a path. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** A destination behind HTTP, such as a CDN, as players see it. */
export function destinationOverHttp(source: Pick<Source, 'fetch'>, playlistUrl: string): Destination {
  const { host, protocol: ownProtocol } = new URL(playlistUrl);
  // Many a host leads whoever comes by http: to https:, and never back.
  const isSecure = ownProtocol === 'https:';
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
      // A bucket that may not be listed answers 403 for missing objects.
      if (code === 'source.not-found' || code === 'source.gone' || code === 'source.denied') return undefined;
      throw error;
    }
  };
  return persistent<Destination>({
    async read(url, { signal }) {
      const found = await fetch(url, 'text', signal);
      return (
        found && {
          finalUrl: found.finalUrl,
          bytes: await collectPlaylist(found.body, () => 'a playlist'),
          validators: found.validators,
          ...typeOf(found),
        }
      );
    },
    async head(url, { signal }) {
      const found = await fetch(url, 'media', signal);
      if (!found) return undefined;
      // A server that has no such file may answer with a page for people, and status 200.
      const head = await readHead(found.body);
      found.cancel();
      const { finalUrl, sizeBytes } = found;
      return { ...typeOf(found), head, finalUrl, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
    },
    async measure(url, { signal }) {
      const found = await fetch(url, 'media', signal);
      return found && { ...typeOf(found), finalUrl: found.finalUrl, ...(await measure(found.body)) };
    },
    async readPart(url, range, { signal }) {
      const found = await fetch(url, 'media', signal);
      if (!found) return undefined;
      const bytes = await collectBody(rangeOf(found.body, range));
      found.cancel();
      return bytes;
    },
    seeks: false,
    keepsChecksums: false,
    contains(url) {
      const { host: itsHost, protocol } = new URL(url);
      return itsHost === host && (protocol === 'https:' || !isSecure);
    },
    keyOf: (url) => url,
  });
}

/** Asks a destination persistently: one answer that says to come back later must not end what may have taken hours. */
function persistent<D extends Destination & Partial<StoreDestination>>(destination: D): D {
  type Options = Parameters<Destination['read']>[1];
  const again = <T>(ask: () => Promise<T>, { signal }: Options): Promise<T> => persistently(ask, signal);
  return {
    ...destination,
    read: (url: string, options: Options) => again(() => destination.read(url, options), options),
    head: (url: string, options: Options) => again(() => destination.head(url, options), options),
    measure: (url: string, options: Options) => again(() => destination.measure(url, options), options),
    readPart: (url: string, part: ReadRange, options: Options) =>
      again(() => destination.readPart(url, part, options), options),
    ...(destination.readHead && {
      readHead: (url: string, options: Options) => again(async () => destination.readHead?.(url, options), options),
    }),
  };
}

function readHead(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return collectBody(rangeOf(body, { from: 0, to: headBytes - 1 }));
}

async function measure(body: AsyncIterable<Uint8Array>): Promise<Measured & { readonly head: Uint8Array }> {
  const chunks: Uint8Array[] = [];
  let keptBytes = 0;
  async function* kept(): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      if (keptBytes < headBytes) chunks.push(chunk);
      keptBytes += chunk.byteLength;
      yield chunk;
    }
  }
  const measured = await measureBody(kept());
  return { ...measured, head: Buffer.concat(chunks, Math.min(measured.sizeBytes, headBytes)) };
}

function typeOf({ contentType }: { readonly contentType?: string }): { contentType?: string } {
  return contentType === undefined ? {} : { contentType };
}
