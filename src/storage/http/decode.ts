import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { FlantsError } from '../../domain/failure.ts';
import { placeOf } from './errors.ts';

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Names in a Content-Encoding header that say nothing about the bytes. `aws-chunked` is the form in which an SDK sends
 * an upload to S3. Some stores keep the header with the object although they store, and answer with, the plain bytes.
 */
const notCodings: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);

/**
 * Parses a Content-Encoding header: the codings without `identity` and `aws-chunked`, in the order in which they were
 * applied. RFC 9110 section 8.4.
 */
export function contentCodings(header: string | undefined): readonly string[] {
  return (header ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => !notCodings.has(name)); // prettier-ignore
}

/**
 * Decodes a text by the content codings that the source declares.
 *
 * @returns the plain bytes; reading them throws `source.wrong-body` when they are not in the declared coding,
 *   `source.short-body` when they end too early, and what `body` throws
 * @throws {FlantsError} `source.wrong-body` for a coding that was not offered
 */
export function decodeText(
  body: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  url: URL,
): AsyncIterable<Uint8Array> {
  return codings.reduceRight((coded, name) => {
    const decoder = decoders.get(name);
    if (!decoder) throw new FlantsError('source.wrong-body', `${placeOf(url)} sent an unknown content coding, ${name}`);
    return decode(coded, decoder(), name, url);
  }, body);
}

async function* decode(
  body: AsyncIterable<Uint8Array>,
  decoder: Transform,
  name: string,
  url: URL,
): AsyncIterable<Uint8Array> {
  // `pipeline` passes the body's error to the decoder, and leaves the body when the decoder is destroyed.
  pipeline(body, decoder, () => {});
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw decodingError(error, name, url);
  }
}

function decodingError(error: unknown, name: string, url: URL): unknown {
  if (error instanceof FlantsError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') {
    return new FlantsError('source.short-body', `the ${name} data of ${placeOf(url)} ends too early`, { cause: error });
  }
  return new FlantsError('source.wrong-body', `${placeOf(url)} says it sends ${name}, and does not`, { cause: error });
}
