import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { placeOf } from '../../domain/names/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';
import { MiB } from '../../domain/units.ts';
import { listOf } from '../wire/header-list.ts';

/** Decoders of `node:zlib`, which count the coded bytes that they have taken. */
type Decoder = Transform & { readonly bytesWritten: number };

interface Coding {
  /** Returns a decoder for a body, or a frame of it, that begins with `head`. */
  readonly open: (head: Uint8Array) => Decoder;
  /** Whether what follows the end is another frame rather than padding. */
  readonly hasFrames?: boolean;
}

const gzip: Coding = { open: () => createGunzip() };

const codings: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { open: (head) => (hasZlibHeader(head) ? createInflate() : createInflateRaw()) }],
  ['br', { open: () => createBrotliDecompress() }],
  ['zstd', { open: () => createZstdDecompress({ params: zstdParams }), hasFrames: true }],
]);

/** RFC 9659 section 3: a window of 8 MiB is enough for every body. */
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 };

/** The codings that requests for texts offer. */
export const offeredCodings = 'gzip, deflate, br, zstd';

/**
 * The bound on what a coded body may become: `freeBytes`, or `maxRatio` times the coded bytes where that is more. Media
 * hardly shrinks, texts shrink twentyfold, and what was made to fill a disk shrinks a thousandfold and more.
 */
export const expansion = { freeBytes: 64 * MiB, maxRatio: 20 } as const;

/**
 * Names in a Content-Encoding header that say nothing about the bytes. `aws-chunked` is the form in which an SDK sends
 * an upload to S3. Some stores keep the header with the object although they store, and answer with, the plain bytes.
 */
const notCodings: ReadonlySet<string> = new Set(['identity', 'aws-chunked']);

/**
 * Parses a Content-Encoding header: the codings without `identity` and `aws-chunked`, in the order in which they were
 * applied. RFC 9110 section 8.4.
 */
export function contentCodings(header: string | undefined): readonly string[] {
  return header === undefined ? [] : listOf(header).filter((name) => !notCodings.has(name));
}

/**
 * Decodes a body by the content coding that the source declares.
 *
 * @returns the plain bytes; reading them throws `source.wrong-body` when they are not in the declared coding,
 *   `source.short-body` when they end too early, `source.too-large` when they become more than `expansion` allows, and
 *   what `body` throws
 * @throws {FlantsError} `source.wrong-body` for an unknown coding, or several
 */
export function decodeBody(
  body: AsyncIterable<Uint8Array>,
  names: readonly string[],
  url: URL,
): AsyncIterable<Uint8Array> {
  const [name, ...more] = names;
  if (name === undefined) return body;
  if (more.length > 0) {
    throw new FlantsError(
      'source.wrong-body',
      `${placeOf(url)} comes in several content codings (${names.join(', ')}); one at most can be undone`,
    );
  }
  const coding = codings.get(name);
  if (!coding) throw new FlantsError('source.wrong-body', `${placeOf(url)} sent an unknown content coding, ${name}`);
  return decode(body, coding, name, url);
}

async function* decode(
  body: AsyncIterable<Uint8Array>,
  coding: Coding,
  name: string,
  url: URL,
): AsyncGenerator<Uint8Array> {
  const input = new CodedInput(body);
  let plainBytes = 0;
  try {
    do {
      const decoder = coding.open((await input.peek()) ?? new Uint8Array());
      const fed = input.feed(decoder);
      for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
        plainBytes += chunk.byteLength;
        if (plainBytes > Math.max(expansion.freeBytes, expansion.maxRatio * input.takenBytes)) {
          throw new FlantsError(
            'source.too-large',
            `${placeOf(url)} comes ${name}-coded in ${input.takenBytes} bytes that unpack to more than ${plainBytes}: it is not unpacked further`,
          );
        }
        yield chunk;
      }
      await fed;
    } while (coding.hasFrames && (await input.peek()));
  } catch (error) {
    throw decodingError(error, name, url);
  } finally {
    await input.leave();
  }
}

/** Feeds a coded body to decoders, one chunk at a time, and keeps what a decoder that has ended did not take. */
class CodedInput {
  takenBytes = 0;
  #rest: Uint8Array | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** The bytes that come next, at least one. Undefined at the end. */
  async peek(): Promise<Uint8Array | undefined> {
    while (!this.#rest || this.#rest.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = next.value;
      this.takenBytes += next.value.byteLength;
    }
    return this.#rest;
  }

  /** Resolves when the decoder takes no more. Errors of the body become errors of the decoder. */
  async feed(decoder: Decoder): Promise<void> {
    try {
      for (let chunk = await this.peek(); chunk && !decoder.destroyed; chunk = await this.peek()) {
        const before = decoder.bytesWritten;
        await new Promise<void>((taken) => decoder.write(chunk, () => taken()));
        // Node's decoders take nothing after their end, and drop it without an error.
        this.#rest = chunk.subarray(decoder.bytesWritten - before);
        if (this.#rest.byteLength > 0) return;
      }
      decoder.end();
    } catch (error) {
      decoder.destroy(error as Error);
    }
  }

  async leave(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/**
 * RFC 9110 section 8.4.1.2: `deflate` is the zlib format, and some servers send it without zlib's header. RFC 1950
 * section 2.2: the header names method 8 and, as a number, is a multiple of 31.
 */
function hasZlibHeader([method = 8, flags]: Uint8Array): boolean {
  return (method & 0x0f) === 8 && (flags === undefined || ((method << 8) | flags) % 31 === 0);
}

function decodingError(error: unknown, name: string, url: URL): unknown {
  if (error instanceof FlantsError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') {
    return new FlantsError('source.short-body', `the ${name} data of ${placeOf(url)} ends too early`, { cause: error });
  }
  const problem =
    code === 'ZSTD_error_frameParameter_windowTooLarge'
      ? 'needs more memory to be unpacked than HTTP allows (RFC 9659)'
      : `says it sends ${name}, and does not`;
  return new FlantsError('source.wrong-body', `${placeOf(url)} ${problem}`, { cause: error });
}
