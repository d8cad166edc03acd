import { crc32 } from 'node:zlib';
import type { VideoId } from '../../domain/video.ts';

/** Slots of a table before it has grown. */
const minSlots = 64;
/** How much of a table is in use at the most. */
const maxLoad = 0.75;
/** What an object's name takes, and its entry in the maps. */
const bytesPerObject = 400;

/**
 * Tells which outcome objects of a video may contain a key. It takes 11 to 21 bytes per line, so that millions of files can
 * be indexed while only what a batch needs is loaded.
 */
export class VideoOutcomes {
  /** The highest order that this process has seen or given. */
  order = 0;
  /** Keys of the objects as they were listed last, and when that and the latest listing of all of them began. */
  listing: { readonly keys: readonly string[]; readonly at: number; readonly wholeAt: number } = {
    keys: [],
    at: 0,
    wholeAt: -Infinity,
  };
  /** Numbers of the objects by their keys, from 1. */
  readonly #numbers = new Map<string, number>();
  /** A hash table with open addressing: pairs of a key's checksum and the number of an object that tells of it, or 0. */
  #slots = new Uint32Array(2 * minSlots);
  #used = 0;
  #lastNumber = 0;

  get sizeBytes(): number {
    return this.#slots.byteLength + bytesPerObject * this.#numbers.size;
  }

  has(objectKey: string): boolean {
    return this.#numbers.has(objectKey);
  }

  /** Learns what an object tells of. Objects never change. */
  add(objectKey: string, keys: readonly string[]): void {
    if (this.has(objectKey)) return;
    this.#lastNumber += 1;
    this.#numbers.set(objectKey, this.#lastNumber);
    for (const key of keys) this.#insert(checksumOf(key), this.#lastNumber);
  }

  /** Drops the objects that are not among these: their video was purged. */
  keep(objectKeys: readonly string[]): void {
    const standing = new Set(objectKeys);
    for (const key of this.#numbers.keys()) if (!standing.has(key)) this.#numbers.delete(key);
    if (this.#numbers.size > 0) return;
    this.#slots = new Uint32Array(2 * minSlots);
    this.#used = 0;
  }

  /** Those of the objects that may have a line for one of the keys: all that have one, and seldom another. */
  tellingOf(keys: Iterable<string>, objectKeys: readonly string[]): readonly string[] {
    const numbers = new Set<number>();
    for (const key of keys) this.#find(checksumOf(key), numbers);
    return objectKeys.filter((key) => {
      const number = this.#numbers.get(key);
      return number === undefined || numbers.has(number);
    });
  }

  #insert(sum: number, number: number): void {
    if (this.#used >= maxLoad * (this.#slots.length / 2)) this.#grow();
    place(this.#slots, sum, number);
    this.#used += 1;
  }

  #find(sum: number, numbers: Set<number>): void {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let slot = sum & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      if (slots[2 * slot] === sum) numbers.add(slots[2 * slot + 1] ?? 0);
    }
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#slots.length);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const number = this.#slots[at + 1] ?? 0;
      if (number > 0) place(grown, this.#slots[at] ?? 0, number);
    }
    this.#slots = grown;
  }
}

/** Indices of the videos used last, bounded by the memory that they take. */
export class OutcomeIndex {
  readonly #maxBytes: number;
  /** In the order of their last use. */
  readonly #videos = new Map<VideoId, VideoOutcomes>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether something is known of a video. */
  has(video: VideoId): boolean {
    return this.#videos.has(video);
  }

  /** What is known of a video, begun where that is nothing. It stays usable for its holder when others push it out. */
  of(video: VideoId): VideoOutcomes {
    const outcomes = this.#videos.get(video) ?? new VideoOutcomes();
    this.#videos.delete(video);
    this.#videos.set(video, outcomes);
    return outcomes;
  }

  /** Drops the videos that were not used for longest, never the last one. */
  shrink(): void {
    let bytes = 0;
    for (const outcomes of this.#videos.values()) bytes += outcomes.sizeBytes;
    for (const [video, outcomes] of this.#videos) {
      if (bytes <= this.#maxBytes || this.#videos.size === 1) return;
      this.#videos.delete(video);
      bytes -= outcomes.sizeBytes;
    }
  }

  drop(video: VideoId): void {
    this.#videos.delete(video);
  }
}

/** The checksum under which a key is indexed. */
function checksumOf(key: string): number {
  return crc32(key);
}

function place(slots: Uint32Array, sum: number, number: number): void {
  const mask = slots.length / 2 - 1;
  let slot = sum & mask;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  slots[2 * slot] = sum;
  slots[2 * slot + 1] = number;
}
