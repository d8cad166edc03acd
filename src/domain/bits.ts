import { FlantsError } from './failure.ts';
import type { IndexRanges } from './index-ranges.ts';

/** One bit per file, eight to a byte, lowest bit first. Beyond its end everything is unset. */
export type Bits = Uint8Array;

/** Bits for `size` files, all unset. */
export function emptyBits(size: number): Bits {
  return new Uint8Array(Math.ceil(size / 8));
}

/** Whether the bit of this file is set. */
export function hasBit(bits: Bits, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/**
 * Sets or unsets in place; tells whether that changed anything.
 *
 * @throws {FlantsError} `internal` when a bit beyond the end is to be set: a typed array would drop it in silence
 */
export function putBit(bits: Bits, index: number, value: boolean): boolean {
  if (hasBit(bits, index) === value) return false;
  if (index < 0 || index >= bits.length * 8)
    throw new FlantsError('internal', `bit ${index} is beyond ${bits.length} bytes`);
  bits[index >> 3] = (bits[index >> 3] ?? 0) ^ (1 << (index & 7));
  return true;
}

/** The ranges of files below `size` whose bit is set. */
export function rangesOfBits(bits: Bits, size: number): IndexRanges {
  // Most fields of failures have none.
  return bits.every((byte) => byte === 0) ? [] : rangesWhere(size, (index) => hasBit(bits, index));
}

/** The ranges of indices below `size` for which `test` holds. */
export function rangesWhere(size: number, test: (index: number) => boolean): IndexRanges {
  const ranges: [number, number][] = [];
  let from = -1;
  for (let index = 0; index <= size; index++) {
    const inside = index < size && test(index);
    if (inside && from < 0) from = index;
    if (!inside && from >= 0) {
      ranges.push([from, index]);
      from = -1;
    }
  }
  return ranges;
}
