import type { Grants } from '../crawler/plan-video.ts';
import { MiB } from '../domain/units.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';

/** What the source has granted for the files of a plan, and when it was read. */
export interface KnownGrants extends Grants {
  readonly revision: RevisionDigest;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/** Bounds of the cache. The videos used longest ago are dropped first and crawled again when they are needed. */
export interface GrantLimits {
  readonly maxVideos: number;
  /** Of the URLs of all videos together. The video used last stays, whatever it takes. */
  readonly maxBytes: number;
}

const usualLimits: GrantLimits = { maxVideos: 512, maxBytes: 32 * MiB };

/**
 * URLs with tokens, and cookies, of videos in progress. They stay in memory and are never stored. All engines of a process
 * share one, so that what a crawl has read need not be read again to copy.
 */
export class GrantCache {
  /** In order of use, the most recent last. */
  readonly #known = new Map<VideoId, KnownGrants>();
  #bytes = 0;
  readonly #limits: GrantLimits;

  constructor(limits = usualLimits) {
    this.#limits = limits;
  }

  /** Counts as a use. */
  get(video: VideoId): KnownGrants | undefined {
    const grants = this.#known.get(video);
    if (grants) this.put(video, grants);
    return grants;
  }

  put(video: VideoId, grants: KnownGrants): void {
    this.forget(video);
    this.#known.set(video, grants);
    this.#bytes += grants.fetchUrls.bytes;
    for (const oldest of this.#known.keys()) {
      if (oldest === video || this.#isWithin(this.#limits)) break;
      this.forget(oldest);
    }
  }

  forget(video: VideoId): void {
    this.#bytes -= this.#known.get(video)?.fetchUrls.bytes ?? 0;
    this.#known.delete(video);
  }

  #isWithin({ maxVideos, maxBytes }: GrantLimits): boolean {
    return this.#known.size <= maxVideos && this.#bytes <= maxBytes;
  }
}
