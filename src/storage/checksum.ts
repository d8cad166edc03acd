import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** CRC-32 (ISO-HDLC, the variant of zlib and S3) as eight lower-case hex digits. */
export function crc32Hex(bytes: Uint8Array): string {
  return hexOfSum(crc32(bytes));
}

/** CRC-32 of bytes that arrive in chunks. */
export class Crc32 {
  #sum = 0;

  update(bytes: Uint8Array): this {
    this.#sum = crc32(bytes, this.#sum);
    return this;
  }

  /** Checksum of the bytes so far. More may follow. */
  hex(): string {
    return hexOfSum(this.#sum);
  }
}

/** Size and CRC-32 of a body that was read. */
export interface Measured {
  readonly sizeBytes: number;
  /** Eight lower-case hex digits. */
  readonly crc32: string;
}

/**
 * Measures a body by reading it. Stops when it has more than `maxBytes`, since it is then a different body than the
 * expected one.
 *
 * @throws what the body throws
 */
export async function measureBody(body: AsyncIterable<Uint8Array>, maxBytes = Infinity): Promise<Measured> {
  const sum = new Crc32();
  let sizeBytes = 0;
  for await (const chunk of body) {
    sum.update(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) break;
  }
  return { sizeBytes, crc32: sum.hex() };
}

/** MD5 of bytes, for stores that check nothing better. */
export function md5Of(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** Converts to the notation of S3: `00000001` is `AAAAAQ==`. */
export function base64OfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** The inverse of `base64OfHex`. */
export function hexOfBase64(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function hexOfSum(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
