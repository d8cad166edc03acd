import type { Grants } from '../crawler/plan-video.ts';
import { wantsGrants } from '../domain/revision.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { LoadOptions, Locator, PlanUrls } from '../storage/locator.ts';

/**
 * Resolves files to URLs with valid tokens and cookies. Those of videos in progress stay in memory and are never stored.
 */
export interface TokenLocator extends Locator {
  remember(video: VideoId, revision: RevisionDigest, grants: Grants): void;
  forget(video: VideoId): void;
}

/** Crawls a video again for fresh tokens and cookies. Returns the digest of its plan, and the URLs by file. */
export type Replan = (video: VideoId, options: ReplanOptions) => Promise<Grants & { readonly digest: RevisionDigest }>;

/** How to crawl it. `insists` as of `FetchOptions`. */
export type ReplanOptions = Pick<LoadOptions, 'insists' | 'signal'>;

/** Ports of a token locator. */
export interface TokenLocatorPorts {
  readonly replan: Replan;
  readonly journal: Pick<Journal, 'revision'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bounds of the cache. The videos used longest ago are dropped first and crawled again when they are needed. */
export interface LocatorLimits {
  readonly maxVideos: number;
  /** URLs of all videos together. The video used last stays, however many it has. */
  readonly maxUrls: number;
}

const defaultLocatorLimits: LocatorLimits = { maxVideos: 512, maxUrls: 100_000 };

interface CachedUrls extends Grants {
  readonly revision: RevisionDigest;
  readonly readAt: number;
}

/**
 * Creates a locator with an empty cache.
 *
 * | cached for this plan                   | it wants grants     | result                       |
 * |----------------------------------------|---------------------|------------------------------|
 * | URLs that were read after `expiredAt`    |                     | the cached URLs              |
 * | none, and none have expired            | no                  | the URLs of the plan         |
 * | anything else                          |                     | its playlists are read again |
 */
export function createTokenLocator(
  { replan, journal, now }: TokenLocatorPorts,
  { maxVideos, maxUrls }: LocatorLimits = defaultLocatorLimits,
): TokenLocator {
  /** In order of use, the most recent last. */
  const cache = new Map<VideoId, CachedUrls>();
  let urlCount = 0;

  const forget = (video: VideoId): void => {
    urlCount -= cache.get(video)?.fetchUrls.size ?? 0;
    cache.delete(video);
  };
  const store = (video: VideoId, entry: CachedUrls): PlanUrls => {
    forget(video);
    cache.set(video, entry);
    urlCount += entry.fetchUrls.size;
    for (const oldest of cache.keys()) {
      if (oldest === video || (cache.size <= maxVideos && urlCount <= maxUrls)) break;
      forget(oldest);
    }
    return {
      readAt: entry.readAt,
      locate: (index, url) => entry.fetchUrls.get(index) ?? url,
      cookieFor: entry.cookieFor ?? (() => undefined),
    };
  };

  return {
    remember: (video, revision, grants) => void store(video, { revision, ...grants, readAt: now() }),
    forget,
    async load(video, revision, { expiredAt, ...options }) {
      const entry = cache.get(video);
      const isGood = entry?.revision === revision && (expiredAt === undefined || entry.readAt > expiredAt);
      if (isGood) return store(video, entry);
      const header = expiredAt === undefined ? await journal.revision(video, revision) : undefined;
      if (expiredAt === undefined && !(header && wantsGrants(header))) {
        return store(video, { revision, fetchUrls: new Map(), readAt: 0 });
      }
      // Clocks of processes differ. What is read now is newer than what expired, whatever the other clock said.
      const readAt = Math.max(now(), (expiredAt ?? 0) + 1);
      const { digest, ...grants } = await replan(video, options);
      return digest === revision ? store(video, { revision, ...grants, readAt }) : undefined;
    },
  };
}
