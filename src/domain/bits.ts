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

/** The ranges of files below `size` whose bit is set. What is alike goes by eight at a time: of many files most are. */
export function rangesOfBits(bits: Bits, size: number): IndexRanges {
  const ranges: [number, number][] = [];
  let from = -1;
  let index = 0;
  const end = Math.min(size, bits.length * 8);
  while (index < end) {
    const like = from < 0 ? 0 : 0xff;
    if ((index & 7) === 0 && bits[index >> 3] === like) {
      index += 8;
      continue;
    }
    const inside = hasBit(bits, index);
    if (inside && from < 0) from = index;
    if (!inside && from >= 0) {
      ranges.push([from, index]);
      from = -1;
    }
    index += 1;
  }
  if (from >= 0) ranges.push([from, end]);
  return ranges;
}
