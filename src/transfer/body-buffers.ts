import { KiB, MiB } from '../domain/units.ts';

/** A body in one contiguous buffer. */
export interface JoinedBody {
  readonly bytes: Uint8Array;
  /**
   * Returns the memory for the next body. Call it only when nobody reads the bytes any more. Never calling it is
   * harmless: the memory is then simply not reused.
   */
  readonly release: () => void;
}

/** Assembles bodies that arrive in chunks. */
export interface BodyBuffers {
  join(chunks: readonly Uint8Array[], sizeBytes: number): JoinedBody;
}

/** Sizes that are pooled. Smaller bodies nearly always arrive in one chunk, and larger ones are rare. */
const pooled = { minBytes: 64 * KiB, maxBytes: 4 * MiB } as const;

/** Allocates memory for each body. */
export const unpooledBuffers: BodyBuffers = {
  join: (chunks, sizeBytes) => ({ bytes: inOnePiece(chunks, sizeBytes), release: () => undefined }),
};

/**
 * Creates a pool that reuses the memory of earlier bodies. Measured when it was written: a tenth less CPU for files of
 * 256 KiB.
 *
 * @param maxIdleBytes - the most memory that is held for later bodies
 */
export function createBufferPool(maxIdleBytes: number): BodyBuffers {
  const idle = new Map<number, Buffer[]>();
  let idleBytes = 0;

  const recycle = (buffer: Buffer): void => {
    if (idleBytes + buffer.byteLength > maxIdleBytes) {
      // The pool is full, mostly of sizes that are no longer asked for.
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
        if (buffer) recycle(buffer);
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
