import { hash } from 'node:crypto';

/** What is remembered of an object, as bits. */
const [marked, counted, archived] = [1, 2, 4];
/** In place of a size. */
const absent = -1;

/**
 * The objects of a listing, each with its size and marks, in 17 bytes of memory and the empty places between them: a
 * million take 36 MB. Keys are kept as 64 bits of their SHA-1, by which two of a million are taken for one another once
 * in thirty million libraries.
 */
export class ObjectIndex {
  #capacity = 1024;
  #digests = new BigUint64Array(this.#capacity);
  #sizes = new Float64Array(this.#capacity);
  #marks = new Uint8Array(this.#capacity);
  #count = 0;
  #marked = 0;

  /** How many objects have no mark. */
  get unmarked(): number {
    return this.#count - this.#marked;
  }

  /** Adds an object; one that is there already gets this size. */
  add(key: string, sizeBytes: number, { isArchived } = { isArchived: false }): void {
    if (this.#count * 10 >= this.#capacity * 7) this.#grow();
    const digest = digestOf(key);
    const slot = this.#slotOf(digest);
    if (this.#digests[slot] === 0n) this.#count += 1;
    this.#digests[slot] = digest;
    this.#sizes[slot] = sizeBytes;
    if (isArchived) this.#set(slot, archived);
  }

  /** The size of an object, which is marked from now on. Undefined if there is none. */
  mark(key: string): number | undefined {
    const digest = digestOf(key);
    const slot = this.#slotOf(digest);
    const sizeBytes = this.#sizes[slot];
    if (this.#digests[slot] !== digest || sizeBytes === absent) return undefined;
    if (!this.#has(slot, marked)) this.#marked += 1;
    this.#set(slot, marked);
    return sizeBytes;
  }

  /** Whether an object, be it listed or not, is counted for the first time. */
  count(key: string): boolean {
    const digest = digestOf(key);
    if (this.#digests[this.#slotOf(digest)] !== digest) this.#addAbsent(key);
    const slot = this.#slotOf(digest);
    const isFirst = !this.#has(slot, counted);
    this.#set(slot, counted);
    return isFirst;
  }

  isMarked(key: string): boolean {
    return this.#is(key, marked);
  }

  isArchived(key: string): boolean {
    return this.#is(key, archived);
  }

  #is(key: string, bit: number): boolean {
    const digest = digestOf(key);
    const slot = this.#slotOf(digest);
    return this.#digests[slot] === digest && this.#has(slot, bit);
  }

  /** One that is not there is asked for, so that it is none of those that nobody names. */
  #addAbsent(key: string): void {
    this.add(key, absent);
    this.#set(this.#slotOf(digestOf(key)), marked);
    this.#marked += 1;
  }

  #has(slot: number, bit: number): boolean {
    return ((this.#marks[slot] ?? 0) & bit) !== 0;
  }

  #set(slot: number, bit: number): void {
    this.#marks[slot] = (this.#marks[slot] ?? 0) | bit;
  }

  /** The slot of a digest or, if it has none, the empty one for it. */
  #slotOf(digest: bigint): number {
    const mask = this.#capacity - 1;
    let slot = Number(digest & 0xffff_ffffn) & mask;
    while (this.#digests[slot] !== 0n && this.#digests[slot] !== digest) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [digests, sizes, marks] = [this.#digests, this.#sizes, this.#marks];
    this.#capacity *= 2;
    this.#digests = new BigUint64Array(this.#capacity);
    this.#sizes = new Float64Array(this.#capacity);
    this.#marks = new Uint8Array(this.#capacity);
    for (const [at, digest] of digests.entries()) {
      if (digest === 0n) continue;
      const slot = this.#slotOf(digest);
      this.#digests[slot] = digest;
      this.#sizes[slot] = sizes[at] ?? 0;
      this.#marks[slot] = marks[at] ?? 0;
    }
  }
}

/** Never 0, which stands for an empty slot. */
function digestOf(key: string): bigint {
  const digest = hash('sha1', key, 'buffer').readBigUInt64LE();
  return digest === 0n ? 1n : digest;
}
