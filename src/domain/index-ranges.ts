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

/** What is in one of the two, or in both. */
export function union(some: IndexRanges, others: IndexRanges): IndexRanges {
  if (some.length === 0) return others;
  if (others.length === 0) return some;
  const merged: [number, number][] = [];
  let [a, b] = [0, 0];
  for (;;) {
    const [one, other] = [some[a], others[b]];
    const next = one && (!other || one[0] <= other[0]) ? one : other;
    if (!next) return merged;
    if (next === one) a += 1;
    else b += 1;
    const last = merged.at(-1);
    if (last && next[0] <= last[1]) last[1] = Math.max(last[1], next[1]);
    else merged.push([next[0], next[1]]);
  }
}

/** What is in `ranges` and in none of `others`. */
export function subtract(ranges: IndexRanges, others: IndexRanges): IndexRanges {
  const left: [number, number][] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    let begin = from;
    while ((others[at]?.[1] ?? Infinity) <= begin) at += 1;
    for (let next = at; begin < to; next++) {
      const [otherFrom, otherTo] = others[next] ?? [Infinity, Infinity];
      if (begin < Math.min(to, otherFrom)) left.push([begin, Math.min(to, otherFrom)]);
      begin = Math.max(begin, otherTo);
    }
  }
  return left;
}

/** What of the ranges lies within a span. */
export function within(ranges: IndexRanges, [first, end]: IndexRanges[number]): IndexRanges {
  return ranges
    .map(([from, to]) => [Math.max(from, first), Math.min(to, end)] as const)
    .filter(([from, to]) => from < to);
}
