import { placeOf } from '../../domain/names/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';

/**
 * Reads the Content-Range of an answer with status 206 to a request for the whole object. Servers that work with ranges
 * only answer so; the whole as one range is the whole. RFC 9110 section 14.4.
 *
 * @param announced - its Content-Length, if it has one
 * @returns the size of the object
 * @throws {FlantsError} `source.short-body` for less than the whole, or where the header does not say how much that is
 */
export function completeSize(header: string | undefined, announced: number | undefined, url: URL): number {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+)\s*$/i.exec(header ?? '');
  const [from, to, size] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  if (from === 0 && to === size - 1 && (announced ?? size) === size) return size;
  throw new FlantsError(
    'source.short-body',
    `${placeOf(url)} answers with a part (${header?.trim()}) although all of it was asked for`,
    { status: 206 },
  );
}

/** A body of which exactly this many bytes must come. Reading it throws `source.short-body` for fewer or more. */
export async function* exactly(
  sizeBytes: number,
  body: AsyncIterable<Uint8Array>,
  url: URL,
): AsyncGenerator<Uint8Array> {
  let cameBytes = 0;
  for await (const chunk of body) {
    cameBytes += chunk.byteLength;
    if (cameBytes > sizeBytes) break;
    yield chunk;
  }
  if (cameBytes === sizeBytes) return;
  throw new FlantsError(
    'source.short-body',
    `${placeOf(url)} sent ${cameBytes < sizeBytes ? 'fewer' : 'more'} bytes than the ${sizeBytes} that it announced`,
  );
}
