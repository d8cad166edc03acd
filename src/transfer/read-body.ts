import { createHash } from 'node:crypto';
import { headBytes } from '../domain/body-problem.ts';
import { Crc32 } from '../storage/checksum.ts';
import { unpooledBuffers } from './body-buffers.ts';
import type { BodyBuffers, BodyMemory } from './body-buffers.ts';

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

/** How a body is read. */
export interface ReadOptions {
  readonly maxHeldBytes: number;
  /** The announced size. With it, chunks are put together as they arrive, so that none of them outlives its arrival. */
  readonly announcedBytes?: number | undefined;
  readonly sha256: boolean;
  readonly buffers?: BodyBuffers | undefined;
}

/**
 * Reads a body of up to `maxHeldBytes` completely. Leaves the rest of a larger one to be streamed.
 *
 * @throws what the body throws
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  { maxHeldBytes, announcedBytes = Infinity, sha256, buffers = unpooledBuffers }: ReadOptions,
): Promise<HeldBody | StreamedBody> {
  const sum = new Crc32();
  let memory: BodyMemory | undefined;
  let chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const rest = body[Symbol.asyncIterator]();
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    const chunk = next.value;
    sum.update(chunk);
    const isFirstOfSeveral = sizeBytes === 0 && chunk.byteLength < announcedBytes;
    if (isFirstOfSeveral && announcedBytes <= maxHeldBytes) memory ??= buffers.take(announcedBytes);
    if (memory && sizeBytes + chunk.byteLength > memory.bytes.byteLength) {
      // More than was announced.
      chunks = [memory.bytes.subarray(0, sizeBytes)];
      memory = undefined;
    }
    if (memory) memory.bytes.set(chunk, sizeBytes);
    else chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxHeldBytes) {
      return { kind: 'streamed', received: chunks, rest, sizeBytes, head: Buffer.concat(chunks, headBytes) };
    }
  }
  const { bytes, release } = memory ?? joined(chunks, sizeBytes, buffers);
  const held = bytes.subarray(0, sizeBytes);
  return {
    kind: 'held',
    bytes: held,
    head: held.subarray(0, headBytes),
    release,
    sizeBytes,
    crc32: sum.hex(),
    ...(sha256 ? { sha256: createHash('sha256').update(held).digest('hex') } : {}),
  };
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number, buffers: BodyBuffers): BodyMemory {
  const [only] = chunks;
  if (only && chunks.length === 1) return { bytes: only, release: () => undefined };
  const memory = buffers.take(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    memory.bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return memory;
}
