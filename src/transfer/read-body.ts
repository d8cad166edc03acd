import { createHash } from 'node:crypto';
import { headBytes } from '../domain/body-problem.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { unpooledBuffers } from './body-buffers.ts';
import type { BodyBuffers } from './body-buffers.ts';

/** A body that was read completely, with its checksums. */
export interface HeldBody {
  readonly kind: 'held';
  readonly bytes: Uint8Array;
  readonly head: Uint8Array;
  readonly sizeBytes: number;
  /** Eight lower-case hex digits. */
  readonly crc32: string;
  readonly sha256?: string;
  /** Returns the memory for other bodies. Call it only when nobody reads `bytes` any more. */
  readonly release: () => void;
}

/** A body above the limit: the chunks received so far, and an iterator over the rest. */
export interface StreamedBody {
  readonly kind: 'streamed';
  readonly head: Uint8Array;
  /** Size of the chunks in `received`. */
  readonly sizeBytes: number;
  readonly received: readonly Uint8Array[];
  readonly rest: AsyncIterator<Uint8Array>;
}

/**
 * Reads a body of up to `maxHeldBytes` completely. Leaves the rest of a larger one to be streamed.
 *
 * @throws what the body throws
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  {
    maxHeldBytes,
    sha256,
    buffers = unpooledBuffers,
  }: { readonly maxHeldBytes: number; readonly sha256: boolean; readonly buffers?: BodyBuffers | undefined },
): Promise<HeldBody | StreamedBody> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const rest = body[Symbol.asyncIterator]();
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    chunks.push(next.value);
    sizeBytes += next.value.byteLength;
    if (sizeBytes > maxHeldBytes) {
      return { kind: 'streamed', received: chunks, rest, sizeBytes, head: Buffer.concat(chunks, headBytes) };
    }
  }
  const { bytes, release } = buffers.join(chunks, sizeBytes);
  return {
    kind: 'held',
    bytes,
    head: bytes.subarray(0, headBytes),
    release,
    sizeBytes,
    crc32: crc32Hex(bytes),
    ...(sha256 ? { sha256: createHash('sha256').update(bytes).digest('hex') } : {}),
  };
}
