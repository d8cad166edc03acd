import { hash } from 'node:crypto';

/** A random sample without replacement, of what comes one after another in any order. */
export interface Sample<T> {
  /** @param rank - of `rankOf`; the lowest stay */
  offer(rank: number, make: () => T): void;
  /** Takes in what another sample was offered, as if it had been offered here. */
  absorb(other: Sample<T>): void;
  /** What was offered, in all. */
  count(): number;
  /** The sample by rank: the first of it are a smaller sample of the same kind. */
  items(): readonly T[];
  /** The same with its ranks. */
  ranked(): readonly { readonly rank: number; readonly item: T }[];
}

/**
 * The place of something in the random order in which samples are drawn, the lowest first: uniform in [0, 1). It depends on seed
 * and name alone, so a sample is the same in each run, also where requests end in another order, and a larger one holds the
 * smaller one.
 */
export function rankOf(seed: string, name: string): number {
  return hash('sha256', JSON.stringify([seed, name]), 'buffer').readUIntBE(0, 6) / 2 ** 48;
}

/** @param size - most items to keep */
export function createSample<T>(size: number): Sample<T> {
  let kept: { readonly rank: number; readonly item: T }[] = [];
  let offered = 0;
  /** What is above it is in no sample. */
  let limit = Infinity;
  const trim = (): void => {
    kept.sort((a, b) => a.rank - b.rank);
    kept = kept.slice(0, size);
    if (kept.length === size) limit = kept.at(-1)?.rank ?? 0;
  };
  const ranked = (): typeof kept => {
    trim();
    return kept;
  };
  return {
    offer(rank, make) {
      offered += 1;
      if (rank >= limit) return;
      kept.push({ rank, item: make() });
      if (kept.length >= 2 * size + 64) trim();
    },
    absorb(other) {
      offered += other.count();
      kept = [...kept, ...other.ranked()];
      trim();
    },
    count: () => offered,
    items: () => ranked().map(({ item }) => item),
    ranked,
  };
}

/**
 * Divides a sample among groups by their size. The least of each goes before that, so that its mean is known at all.
 *
 * @param counts - how many there are of each group
 * @param total - most in all, exceeded where `leastEach` demands it
 */
export function allocate(counts: readonly number[], total: number, leastEach: number): readonly number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all <= total) return counts;
  const least = counts.map((count) => Math.min(count, leastEach));
  const rest = Math.max(0, total - least.reduce((sum, count) => sum + count, 0));
  const open = counts.map((count, at) => count - (least[at] ?? 0));
  const openAll = open.reduce((sum, count) => sum + count, 0);
  return least.map((count, at) => count + Math.floor((rest * (open[at] ?? 0)) / Math.max(1, openAll)));
}
