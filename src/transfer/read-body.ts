import { createHash } from 'node:crypto';
import { headBytes } from '../domain/body-problem.ts';
import { Crc32 } from '../storage/checksum.ts';
import type { Body } from '../storage/source.ts';
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
export async function readBody(body: Body, options: ReadOptions): Promise<HeldBody | StreamedBody> {
  const collector = new Collector(options);
  if (body.forEachView) {
    const isViewed = await body.forEachView((view) => collector.add(view, { isView: true }));
    return isViewed ? collector.held() : collector.streamed(body[Symbol.asyncIterator]());
  }
  const rest = body[Symbol.asyncIterator]();
  return (await collectAll(rest, collector)) ? collector.held() : collector.streamed(rest);
}

async function collectAll(chunks: AsyncIterator<Uint8Array>, collector: Collector): Promise<boolean> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    if (!collector.add(next.value, { isView: false })) return false;
  }
  return true;
}

/** Puts a body together. */
class Collector {
  /** For the whole body, if its size is known. */
  #memory: BodyMemory | undefined;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  readonly #sum = new Crc32();
  readonly #options: ReadOptions;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /**
   * @param isView - the chunk's memory is used again for the next
   * @returns false once the body is too large to be held
   */
  add(chunk: Uint8Array, { isView }: { readonly isView: boolean }): boolean {
    const { maxHeldBytes, announcedBytes = Infinity, buffers = unpooledBuffers } = this.#options;
    this.#sum.update(chunk);
    const wantsMemory = isView || chunk.byteLength < announcedBytes;
    if (this.#sizeBytes === 0 && wantsMemory && announcedBytes <= maxHeldBytes) {
      this.#memory ??= buffers.take(announcedBytes);
    }
    if (this.#memory && this.#sizeBytes + chunk.byteLength > this.#memory.bytes.byteLength) {
      // More than was announced.
      this.#chunks = [this.#memory.bytes.subarray(0, this.#sizeBytes)];
      this.#memory = undefined;
    }
    if (this.#memory) this.#memory.bytes.set(chunk, this.#sizeBytes);
    else this.#chunks.push(isView ? Buffer.from(chunk) : chunk);
    this.#sizeBytes += chunk.byteLength;
    return this.#sizeBytes <= maxHeldBytes;
  }

  held(): HeldBody {
    const { sha256, buffers = unpooledBuffers } = this.#options;
    const { bytes, release } = this.#memory ?? joined(this.#chunks, this.#sizeBytes, buffers);
    const held = bytes.subarray(0, this.#sizeBytes);
    return {
      kind: 'held',
      bytes: held,
      head: held.subarray(0, headBytes),
      release,
      sizeBytes: this.#sizeBytes,
      crc32: this.#sum.hex(),
      ...(sha256 ? { sha256: createHash('sha256').update(held).digest('hex') } : {}),
    };
  }

  /** Of a body that is too large to be held, and so has no memory for the whole of it. */
  streamed(rest: AsyncIterator<Uint8Array>): StreamedBody {
    const received = this.#chunks;
    return { kind: 'streamed', received, rest, sizeBytes: this.#sizeBytes, head: Buffer.concat(received, headBytes) };
  }
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
