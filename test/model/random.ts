/** Random choices that a seed repeats. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number;
  chance(probability: number): boolean;
  /** One of them; undefined where there is none. */
  pick<T>(items: readonly T[]): T | undefined;
}

/** The mulberry32 generator: small, fast, and good enough to choose what goes wrong. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { next, below, chance: (probability) => next() < probability, pick: (items) => items[below(items.length)] };
}
