/**
 * A set of file indices as ascending, disjoint, half-open ranges `[from, to)`.
 * A batch of 100 neighbours is one pair, a scattered remainder stays short.
 */
export type IndexRanges = readonly (readonly [from: number, to: number])[];

/** Ranges that hold exactly these indices; order and doubles do not matter. */
export function toRanges(indices: Iterable<number>): IndexRanges {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last && last[1] === index) last[1] = index + 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

/** The indices in ascending order. */
export function* indicesOf(ranges: IndexRanges): Generator<number> {
  for (const [from, to] of ranges) for (let index = from; index < to; index++) yield index;
}

/** How many indices the ranges hold. */
export function countOf(ranges: IndexRanges): number {
  return ranges.reduce((sum, [from, to]) => sum + (to - from), 0);
}

/** What is in `ranges` and in none of `others`. */
export function subtract(ranges: IndexRanges, others: IndexRanges): IndexRanges {
  let left = ranges;
  for (const [from, to] of others) {
    left = left.flatMap(([a, b]): [number, number][] => {
      const pieces: [number, number][] = [];
      if (a < Math.min(b, from)) pieces.push([a, Math.min(b, from)]);
      if (Math.max(a, to) < b) pieces.push([Math.max(a, to), b]);
      return pieces;
    });
  }
  return left;
}
