import { KiB, MiB } from '../domain/units.ts';

/** A body in one piece. */
export interface JoinedBody {
  readonly bytes: Uint8Array;
  /** Lets the next body have the memory. Only once nobody reads the bytes any more; never calling it is no harm. */
  readonly release: () => void;
}

/** Where bodies that came in pieces are put together. */
export interface BodyBuffers {
  join(chunks: readonly Uint8Array[], sizeBytes: number): JoinedBody;
}

/** Smaller bodies nearly always come in one piece; larger ones come seldom. */
const pooled = { minBytes: 64 * KiB, maxBytes: 4 * MiB } as const;

/** Each body in memory of its own. */
export const unpooledBuffers: BodyBuffers = {
  join: (chunks, sizeBytes) => ({ bytes: inOnePiece(chunks, sizeBytes), release: () => undefined }),
};

/**
 * Uses the memory of one body for the next: a tenth less CPU for files of 256 KiB, as measured when it was made.
 *
 * @param maxIdleBytes - most that is kept for bodies to come
 */
export function createBufferPool(maxIdleBytes: number): BodyBuffers {
  const idle = new Map<number, Buffer[]>();
  let idleBytes = 0;

  const keep = (buffer: Buffer): void => {
    if (idleBytes + buffer.byteLength > maxIdleBytes) {
      // What lies here is mostly of sizes that come no more.
      idle.clear();
      idleBytes = 0;
    }
    idleBytes += buffer.byteLength;
    const same = idle.get(buffer.byteLength);
    if (same) same.push(buffer);
    else idle.set(buffer.byteLength, [buffer]);
  };

  return {
    join(chunks, sizeBytes) {
      if (chunks.length <= 1 || sizeBytes > pooled.maxBytes) return unpooledBuffers.join(chunks, sizeBytes);
      const capacity = Math.max(pooled.minBytes, 2 ** Math.ceil(Math.log2(sizeBytes)));
      const known = idle.get(capacity)?.pop();
      if (known) idleBytes -= capacity;
      let buffer: Buffer | undefined = known ?? Buffer.allocUnsafeSlow(capacity);
      const bytes = buffer.subarray(0, sizeBytes);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.byteLength;
      }
      const release = (): void => {
        if (buffer) keep(buffer);
        buffer = undefined;
      };
      return { bytes, release };
    },
  };
}

function inOnePiece(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, sizeBytes);
}
