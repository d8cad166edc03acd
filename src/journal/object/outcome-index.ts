import { crc32 } from 'node:zlib';
import type { VideoId } from '../../domain/video.ts';

/**
 * Tells which outcome objects of a video may contain a key. It takes four bytes per key, so that millions of files can be
 * indexed while only what a batch needs is loaded.
 */
export class VideoOutcomes {
  /** By the object's key; checksums of the keys that it tells of. */
  readonly objects = new Map<string, Uint32Array>();
  /** The highest order that this process has seen or given. */
  order = 0;
  /** Keys of the objects as they were listed last, and when that and the latest listing of all of them began. */
  listing: { readonly keys: readonly string[]; readonly at: number; readonly wholeAt: number } = {
    keys: [],
    at: 0,
    wholeAt: -Infinity,
  };
  /** Checksums in all objects, and a little for each object. */
  size = 0;

  add(objectKey: string, keys: Iterable<string>): void {
    this.drop(objectKey);
    const sums = Uint32Array.from(keys, checksumOf);
    this.objects.set(objectKey, sums);
    this.size += weightOf(sums);
  }

  drop(objectKey: string): void {
    const sums = this.objects.get(objectKey);
    if (sums) this.size -= weightOf(sums);
    this.objects.delete(objectKey);
  }

  /** Never no where the object has a line for one of the keys; seldom yes where it has none. */
  mayTellOf(objectKey: string, checksums: ReadonlySet<number>): boolean {
    return this.objects.get(objectKey)?.some((sum) => checksums.has(sum)) ?? true;
  }
}

/** Indices of the videos used last, bounded by their total size. */
export class OutcomeIndex {
  readonly #maxSize: number;
  /** In the order of their last use. */
  readonly #videos = new Map<VideoId, VideoOutcomes>();

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
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
    let size = 0;
    for (const outcomes of this.#videos.values()) size += outcomes.size;
    for (const [video, outcomes] of this.#videos) {
      if (size <= this.#maxSize || this.#videos.size === 1) return;
      this.#videos.delete(video);
      size -= outcomes.size;
    }
  }

  drop(video: VideoId): void {
    this.#videos.delete(video);
  }
}

/** The checksum under which a key is indexed. */
export function checksumOf(key: string): number {
  return crc32(key);
}

/** An object's entry weighs as much as 50 checksums. */
function weightOf(sums: Uint32Array): number {
  return sums.length + 50;
}
