import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, indicesOf, subtract, toRanges } from './index-ranges.ts';
import type { IndexRanges } from './index-ranges.ts';

const indices = fc.array(fc.nat(60));
const setOf = (ranges: IndexRanges): Set<number> => new Set(indicesOf(ranges));

/** Ascending, none empty, and no two that touch. */
function isShortest(ranges: IndexRanges): boolean {
  return ranges.every(([from, to], at) => from < to && (at === 0 || (ranges[at - 1]?.[1] ?? 0) < from));
}

test('neighbours make one range', () => {
  expect(toRanges([4, 2, 3, 9, 2])).toEqual([
    [2, 5],
    [9, 10],
  ]);
  expect(toRanges([])).toEqual([]);
});

test('ranges hold exactly the indices they were made of, in the shortest form', () => {
  fc.assert(
    fc.property(indices, (some) => {
      const ranges = toRanges(some);
      expect(isShortest(ranges)).toBe(true);
      expect([...indicesOf(ranges)]).toEqual([...new Set(some)].sort((a, b) => a - b));
      expect(countOf(ranges)).toBe(new Set(some).size);
    }),
  );
});

test('subtracting is the difference of sets, and stays in the shortest form', () => {
  fc.assert(
    fc.property(indices, indices, (some, others) => {
      const left = subtract(toRanges(some), toRanges(others));
      expect(setOf(left)).toEqual(new Set(some.filter((index) => !others.includes(index))));
      expect(isShortest(left)).toBe(true);
    }),
  );
});
