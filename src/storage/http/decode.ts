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

/** Names of the codings in a Content-Encoding header, without `identity`, in the order they were applied. RFC 9110 section 8.4. */
export function contentCodings(header: string | undefined): readonly string[] {
  return (header ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity'); // prettier-ignore
}

/**
 * Decodes the content codings of a text that the source declares.
 *
 * @returns the plain bytes; reading them throws `source.wrong-body` when they are not in that coding,
 *   `source.short-body` when they end before it does, and what `body` throws
 * @throws {FlantsError} `source.wrong-body` for a coding that nobody asked for
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
  // The decoder is destroyed with the body's error, and the body is left when the decoder is.
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
