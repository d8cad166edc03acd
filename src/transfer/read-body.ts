import { createHash } from 'node:crypto';
import { crc32Hex } from '../storage/checksum.ts';
import { unpooledBuffers } from './body-buffers.ts';
import type { BodyBuffers } from './body-buffers.ts';

/** A body that fitted: all of it, with its checksums. */
export interface HeldBody {
  readonly kind: 'held';
  readonly bytes: Uint8Array;
  readonly head: Uint8Array;
  readonly sizeBytes: number;
  /** Eight lower-case hex digits. */
  readonly crc32: string;
  readonly sha256?: string;
  /** Lets another body have the memory: only once nobody reads `bytes` any more. */
  readonly release: () => void;
}

/** A body that is larger: what has come so far, and the rest as it comes. */
export interface StreamedBody {
  readonly kind: 'streamed';
  readonly head: Uint8Array;
  /** Bytes in `received`. */
  readonly sizeBytes: number;
  readonly received: readonly Uint8Array[];
  readonly rest: AsyncIterator<Uint8Array>;
}

/**
 * Reads a body whole while it is at most `maxHeldBytes`, else leaves the rest to be streamed.
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
      return { kind: 'streamed', received: chunks, rest, sizeBytes, head: chunks[0] ?? new Uint8Array() };
    }
  }
  const { bytes, release } = buffers.join(chunks, sizeBytes);
  return {
    kind: 'held',
    bytes,
    head: bytes.subarray(0, 64),
    release,
    sizeBytes,
    crc32: crc32Hex(bytes),
    ...(sha256 ? { sha256: createHash('sha256').update(bytes).digest('hex') } : {}),
  };
}
