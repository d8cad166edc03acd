import { KiB } from '../../domain/units.ts';
import { ResponseError } from './errors.ts';

/** The longest line of a chunk's size, and the longest trailer section. */
const maxTextBytes = 16 * KiB;
const [cr, lf] = [0x0d, 0x0a];

type State =
  /** In the digits of a chunk's size. */
  | 'size'
  /** In what may follow them, which is dropped. */
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  /** At the beginning of a line after the last chunk. */
  | 'trailer'
  | 'trailer-line'
  | 'trailer-lf'
  | 'last-lf'
  | 'end';

/** Undoes the transfer coding `chunked`: RFC 9112 section 7.1. Extensions and trailers are read and dropped. */
export class ChunkedBody {
  #state: State = 'size';
  #sizeText = '';
  #textBytes = 0;
  #leftBytes = 0;

  get isWhole(): boolean {
    return this.#state === 'end';
  }

  /**
   * Takes the next bytes, and hands over those of the body.
   *
   * @param take - called with views of `bytes`; returning false stops here
   * @returns how many bytes it took: fewer than there are at the end of the body, or when stopped
   * @throws {ResponseError}
   */
  push(bytes: Buffer, take: (view: Buffer) => boolean): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'end') {
      if (this.#state !== 'data') {
        this.#step(bytes[at] as number);
        at += 1;
        continue;
      }
      const end = Math.min(bytes.length, at + this.#leftBytes);
      this.#leftBytes -= end - at;
      if (this.#leftBytes === 0) this.#state = 'data-cr';
      if (!take(bytes.subarray(at, end))) return end;
      at = end;
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        return this.#size(byte);
      case 'extension':
        return this.#text(byte, 'size-lf');
      case 'size-lf':
        return this.#begin(byte);
      case 'data-cr':
        return this.#expect(byte, cr, 'data-lf');
      case 'data-lf':
        return this.#expect(byte, lf, 'size');
      case 'trailer':
        this.#state = 'trailer-line';
        return this.#text(byte, byte === cr ? 'last-lf' : 'trailer-lf');
      case 'trailer-line':
        return this.#text(byte, 'trailer-lf');
      case 'trailer-lf':
        return this.#expect(byte, lf, 'trailer');
      default:
        return this.#expect(byte, lf, 'end');
    }
  }

  #size(byte: number): void {
    const digit = String.fromCharCode(byte);
    if (/[\da-f]/i.test(digit)) {
      this.#sizeText += digit;
      // More would not be exact.
      if (this.#sizeText.length > 12) throw invalidSize();
      return;
    }
    if (this.#sizeText === '') throw invalidSize();
    if (byte !== cr && byte !== 0x3b && byte !== 0x20 && byte !== 0x09) throw invalidSize();
    this.#state = 'extension';
    this.#text(byte, 'size-lf');
  }

  #begin(byte: number): void {
    this.#leftBytes = Number.parseInt(this.#sizeText, 16);
    this.#sizeText = '';
    this.#textBytes = 0;
    this.#expect(byte, lf, this.#leftBytes === 0 ? 'trailer' : 'data');
  }

  /** Text of no interest, up to the end of its line. */
  #text(byte: number, atEnd: State): void {
    this.#textBytes += 1;
    if (byte === lf || this.#textBytes > maxTextBytes) throw new ResponseError('INVALID_CHUNK', 'a broken chunk');
    if (byte === cr) this.#state = atEnd;
  }

  #expect(byte: number, expected: number, next: State): void {
    if (byte !== expected) throw new ResponseError('INVALID_CHUNK', 'a chunk that does not end where it said');
    this.#state = next;
  }
}

function invalidSize(): ResponseError {
  return new ResponseError('INVALID_CHUNK_SIZE', 'a chunk without a size');
}
