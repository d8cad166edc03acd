import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyBits, hasBit, putBit, rangesOfBits } from './bits.ts';
import { toRanges } from './index-ranges.ts';

test('bits take an eighth of a byte each and begin unset', () => {
  expect(emptyBits(0)).toHaveLength(0);
  expect(emptyBits(8)).toHaveLength(1);
  expect(emptyBits(9)).toEqual(new Uint8Array(2));
});

test('the lowest bit of a byte comes first', () => {
  const bits = emptyBits(16);
  putBit(bits, 0, true);
  putBit(bits, 9, true);
  expect([...bits]).toEqual([0b1, 0b10]);
});

test('bits behave like a set, and tell whether they changed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(70), fc.boolean())), (puts) => {
      const bits = emptyBits(71);
      const set = new Set<number>();
      for (const [index, value] of puts) {
        expect(putBit(bits, index, value)).toBe(set.has(index) !== value);
        if (value) set.add(index);
        else set.delete(index);
      }
      expect(rangesOfBits(bits, 71)).toEqual(toRanges(set));
    }),
  );
});

test('beyond the end everything is unset, and cannot be set in silence', () => {
  const bits = emptyBits(8);
  expect(hasBit(bits, 8)).toBe(false);
  expect(putBit(bits, 8, false)).toBe(false);
  expect(() => putBit(bits, 8, true)).toThrow(expect.objectContaining({ code: 'internal' }));
  expect(() => putBit(bits, -1, true)).toThrow(expect.objectContaining({ code: 'internal' }));
});

test('ranges are of as many files as there are, whatever the bytes', () => {
  const bytes = fc.array(fc.constantFrom(0, 0xff, 0x0f, 0xf0, 0x42), { maxLength: 9 });
  fc.assert(
    fc.property(bytes, fc.nat(80), (values, size) => {
      const bits = Uint8Array.from(values);
      const set = Array.from({ length: size }, (_, index) => index).filter((index) => hasBit(bits, index));
      expect(rangesOfBits(bits, size)).toEqual(toRanges(set));
    }),
  );
});
