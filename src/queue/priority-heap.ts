/**
 * Items in the order of their rank, and in the order of arrival among equal ranks.
 * Adding and taking cost the logarithm of the size (a binary heap).
 */
export class PriorityHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The rank of the next item; undefined when there is none. */
  get nextRank(): number | undefined {
    return this.#entries[0]?.rank;
  }

  /** @param rank - lower goes first */
  push(item: T, rank: number): void {
    const entry: Entry<T> = { item, rank, arrival: this.#arrivals++ };
    let at = this.#entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#entries[parent];
      if (!above || !isBefore(entry, above)) break;
      this.#entries[at] = above;
      at = parent;
    }
    this.#entries[at] = entry;
  }

  /** Takes the next item; undefined when there is none. */
  pop(): T | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last && last !== first) this.#sink(last);
    return first?.item;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Lets an entry sink from the top, where there is a gap, to its place. */
  #sink(entry: Entry<T>): void {
    let at = 0;
    for (;;) {
      const left = this.#entries[2 * at + 1];
      const right = this.#entries[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!child || !isBefore(child, entry)) break;
      this.#entries[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#entries[at] = entry;
  }
}

interface Entry<T> {
  readonly item: T;
  readonly rank: number;
  readonly arrival: number;
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.arrival < b.arrival);
}
