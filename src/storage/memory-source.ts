import { createHash } from 'node:crypto';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/revision.ts';
import type { FetchedObject, FetchOptions, NotModified, Source } from './source.ts';

/** An object in memory, and how it misbehaves. */
export interface MemoryObject {
  readonly bytes: Uint8Array | string;
  /** Made of the bytes where absent; null for an object without validators. */
  readonly etag?: string | null;
  readonly contentType?: string;
  /** Where it says it was found, after redirects. */
  readonly finalUrl?: string;
  /** Its body throws this after so many bytes. */
  readonly breaks?: { readonly afterBytes: number; readonly error: FlantsError };
}

/** An object, or what gives one for the n-th request (from 1); it may throw a `FlantsError` instead. */
export type MemoryEntry = MemoryObject | ((request: number) => MemoryObject | Promise<MemoryObject>);

/** A source for engines under test: what `objects` holds, it serves; change it as you go. */
export interface MemorySource extends Source {
  readonly objects: Map<string, MemoryEntry>;
  /** Every URL that was asked for, in order. */
  readonly requests: string[];
}

/** Makes one; URLs are compared as they are written. */
export function openMemorySource(objects: Readonly<Record<string, MemoryEntry>> = {}): MemorySource {
  const source: MemorySource = {
    objects: new Map(Object.entries(objects)),
    requests: [],
    fetch: async (url, options) => {
      assertGoing(options.signal, url);
      source.requests.push(url);
      const entry = source.objects.get(url);
      if (!entry) throw new FlantsError('source.not-found', `${url} is not there (status 404)`, { status: 404 });
      const visit = source.requests.filter((asked) => asked === url).length;
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
    assertGoing(signal, url);
    if (chunk.byteLength > 0) yield chunk;
  }
  if (breaks) throw breaks.error;
}

function validatorsOf({ etag }: MemoryObject, bytes: Uint8Array): Validators {
  if (etag === null) return {};
  return { etag: etag ?? `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"` };
}

function assertGoing(signal: AbortSignal, url: string): void {
  if (signal.aborted) throw new FlantsError('aborted', `stopped while fetching ${url}`);
}
