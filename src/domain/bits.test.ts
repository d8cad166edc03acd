import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyBits, hasBit, putBit, rangesWhere } from './bits.ts';
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
      expect(rangesWhere(71, (index) => hasBit(bits, index))).toEqual(toRanges(set));
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

test('a test that holds to the end gives a range that ends there', () => {
  expect(rangesWhere(5, () => true)).toEqual([[0, 5]]);
  expect(rangesWhere(5, (index) => index !== 2)).toEqual([
    [0, 2],
    [3, 5],
  ]);
  expect(rangesWhere(0, () => true)).toEqual([]);
});
