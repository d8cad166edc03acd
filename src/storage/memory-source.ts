import { createHash } from 'node:crypto';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/read-playlist.ts';
import type { FetchedObject, FetchOptions, NotModified, Source } from './source.ts';

/** An object in memory, and the faults it simulates. */
export interface MemoryObject {
  readonly bytes: Uint8Array | string;
  /** Derived from the bytes if absent. Null for an object without validators. */
  readonly etag?: string | null;
  readonly contentType?: string;
  /** The final URL that it reports, as after redirects. */
  readonly finalUrl?: string;
  /** Makes the body throw this error after so many bytes. */
  readonly breaks?: { readonly afterBytes: number; readonly error: FlantsError };
}

/** An object, or a function that returns one for the n-th request (from 1) or throws a `FlantsError`. */
export type MemoryEntry = MemoryObject | ((request: number) => MemoryObject | Promise<MemoryObject>);

/** A source for tests of the engine. It serves what is in `objects`, which may be changed at any time. */
export interface MemorySource extends Source {
  readonly objects: Map<string, MemoryEntry>;
  /** Every URL that was requested, in order. */
  readonly requests: string[];
}

/** Creates a source in memory. URLs are compared as text. */
export function openMemorySource(objects: Readonly<Record<string, MemoryEntry>> = {}): MemorySource {
  const source: MemorySource = {
    objects: new Map(Object.entries(objects)),
    requests: [],
    async sizeOf(url, { signal }) {
      const object = await source.fetch(url, { kind: 'media', signal });
      return object.result === 'fetched' ? object.sizeBytes : undefined;
    },
    fetch: async (url, options) => {
      throwIfStopped(options.signal, url);
      source.requests.push(url);
      const entry = source.objects.get(url);
      if (!entry) throw new FlantsError('source.not-found', `${url} is not there (status 404)`, { status: 404 });
      const visit = source.requests.filter((requested) => requested === url).length;
      return answer(url, typeof entry === 'function' ? await entry(visit) : entry, options);
    },
    close: () => Promise.resolve(),
  };
  return source;
}

function answer(url: string, object: MemoryObject, { signal, unless }: FetchOptions): FetchedObject | NotModified {
  const bytes = typeof object.bytes === 'string' ? Buffer.from(object.bytes) : object.bytes;
  const validators = validatorsOf(object, bytes);
  if (unless?.etag !== undefined && unless.etag === validators.etag) return { result: 'not-modified' };
  return {
    result: 'fetched',
    finalUrl: object.finalUrl ?? url,
    validators,
    ...(object.contentType === undefined ? {} : { contentType: object.contentType }),
    sizeBytes: bytes.byteLength,
    body: bodyOf(url, object, bytes, signal),
    cancel: () => {},
  };
}

async function* bodyOf(
  url: string,
  { breaks }: MemoryObject,
  bytes: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const whole = bytes.subarray(0, breaks?.afterBytes);
  const middle = whole.byteLength >> 1;
  for (const chunk of [whole.subarray(0, middle), whole.subarray(middle)]) {
    throwIfStopped(signal, url);
    if (chunk.byteLength > 0) yield chunk;
  }
  if (breaks) throw breaks.error;
}

function validatorsOf({ etag }: MemoryObject, bytes: Uint8Array): Validators {
  if (etag === null) return {};
  return { etag: etag ?? `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"` };
}

function throwIfStopped(signal: AbortSignal, url: string): void {
  if (signal.aborted) throw new FlantsError('aborted', `stopped while fetching ${url}`);
}
