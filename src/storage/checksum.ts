import { crc32 } from 'node:zlib';

/** CRC-32 (ISO-HDLC, as zlib and S3 mean it) of bytes, eight lower-case hex digits. */
export function crc32Hex(bytes: Uint8Array): string {
  return hexOfSum(crc32(bytes));
}

/** CRC-32 of bytes that come in pieces. */
export class Crc32 {
  #sum = 0;

  update(bytes: Uint8Array): this {
    this.#sum = crc32(bytes, this.#sum);
    return this;
  }

  /** Of all bytes so far; more may follow. */
  hex(): string {
    return hexOfSum(this.#sum);
  }
}

/** Size and CRC-32 of a body, by reading it. */
export interface Measured {
  readonly sizeBytes: number;
  /** Eight lower-case hex digits. */
  readonly crc32: string;
}

/**
 * Reads a body to its end, or until it has more than `enoughBytes`: then it is another body than was expected.
 *
 * @throws what the body throws
 */
export async function measureBody(body: AsyncIterable<Uint8Array>, enoughBytes = Infinity): Promise<Measured> {
  const sum = new Crc32();
  let sizeBytes = 0;
  for await (const chunk of body) {
    sum.update(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > enoughBytes) break;
  }
  return { sizeBytes, crc32: sum.hex() };
}

/** As S3 writes checksums: `00000001` is `AAAAAQ==`. */
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
