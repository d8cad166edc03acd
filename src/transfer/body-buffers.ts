import { KiB, MiB } from '../domain/units.ts';

/** Contiguous memory of a body. */
export interface BodyMemory {
  readonly bytes: Uint8Array;
  /**
   * Returns the memory for the next body. Call it only when nobody reads the bytes any more. Never calling it is
   * harmless: the memory is then simply not reused.
   */
  readonly release: () => void;
}

/** Memory for bodies that arrive in chunks. What it holds before it is written is arbitrary. */
export interface BodyBuffers {
  take(sizeBytes: number): BodyMemory;
}

/** Sizes that are pooled. Allocating less costs no more than reusing it, and larger bodies are rare. */
const pooled = { minBytes: 8 * KiB, maxBytes: 4 * MiB } as const;

/** Allocates memory for each body. */
export const unpooledBuffers: BodyBuffers = {
  take: (sizeBytes) => ({ bytes: Buffer.allocUnsafeSlow(sizeBytes), release: () => undefined }),
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

  /** Drops the memory of other sizes, which may no longer be asked for. */
  const dropOthers = (capacity: number): void => {
    const same = idle.get(capacity) ?? [];
    idle.clear();
    idle.set(capacity, same);
    idleBytes = same.length * capacity;
  };
  const recycle = (buffer: Buffer): void => {
    const capacity = buffer.byteLength;
    if (idleBytes + capacity > maxIdleBytes) dropOthers(capacity);
    if (idleBytes + capacity > maxIdleBytes) return;
    idleBytes += capacity;
    const same = idle.get(capacity);
    if (same) same.push(buffer);
    else idle.set(capacity, [buffer]);
  };

  return {
    take(sizeBytes) {
      if (sizeBytes > pooled.maxBytes) return unpooledBuffers.take(sizeBytes);
      // The least power of two that is no less.
      const capacity = Math.max(pooled.minBytes, 1 << (32 - Math.clz32(sizeBytes - 1)));
      const known = idle.get(capacity)?.pop();
      if (known) idleBytes -= capacity;
      let buffer: Buffer | undefined = known ?? Buffer.allocUnsafeSlow(capacity);
      const bytes = buffer.subarray(0, sizeBytes);
      const release = (): void => {
        if (buffer) recycle(buffer);
        buffer = undefined;
      };
      return { bytes, release };
    },
  };
}
