import type { FetchUrls } from '../crawler/crawl.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Locator, PlanUrls } from '../storage/locator.ts';

/** Keeps the URLs with tokens of the videos under way, in memory only. */
export interface TokenLocator extends Locator {
  remember(video: VideoId, revision: RevisionDigest, urls: FetchUrls): void;
  forget(video: VideoId): void;
}

/** Reads a video's playlists again: the digest of their plan, and its URLs with tokens. */
export type Replan = (
  video: VideoId,
  signal: AbortSignal,
) => Promise<{ readonly digest: RevisionDigest; readonly fetchUrls: FetchUrls }>;

/** What a locator needs. */
export interface TokenLocatorPorts {
  readonly replan: Replan;
  readonly journal: Pick<Journal, 'revision'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What may be kept: videos that were used longest ago make room, and are read again if need be. */
export interface LocatorLimits {
  readonly maxVideos: number;
  /** Of all videos together; the one used last is kept, however many it has. */
  readonly maxUrls: number;
}

const defaultLocatorLimits: LocatorLimits = { maxVideos: 512, maxUrls: 100_000 };

interface Known {
  readonly revision: RevisionDigest;
  readonly fetchUrls: FetchUrls;
  readonly readAt: number;
}

/**
 * Knows no URLs yet.
 *
 * | known of this plan                     | the plan has tokens | then                         |
 * |----------------------------------------|---------------------|------------------------------|
 * | URLs that were read after `spentAt`    |                     | these                        |
 * | none, and none have run out            | no                  | those of the plan            |
 * | anything else                          |                     | its playlists are read again |
 */
export function createTokenLocator(
  { replan, journal, now }: TokenLocatorPorts,
  { maxVideos, maxUrls }: LocatorLimits = defaultLocatorLimits,
): TokenLocator {
  /** Those used last come last. */
  const known = new Map<VideoId, Known>();
  let urls = 0;

  const forget = (video: VideoId): void => {
    urls -= known.get(video)?.fetchUrls.size ?? 0;
    known.delete(video);
  };
  const keep = (video: VideoId, entry: Known): PlanUrls => {
    forget(video);
    known.set(video, entry);
    urls += entry.fetchUrls.size;
    for (const oldest of known.keys()) {
      if (oldest === video || (known.size <= maxVideos && urls <= maxUrls)) break;
      forget(oldest);
    }
    return { readAt: entry.readAt, locate: (index, url) => entry.fetchUrls.get(index) ?? url };
  };

  return {
    remember: (video, revision, fetchUrls) => void keep(video, { revision, fetchUrls, readAt: now() }),
    forget,
    async load(video, revision, { spentAt, signal }) {
      const entry = known.get(video);
      const isGood = entry?.revision === revision && (spentAt === undefined || entry.readAt > spentAt);
      if (isGood) return keep(video, entry);
      if (spentAt === undefined && !(await journal.revision(video, revision))?.hasTokens) {
        return keep(video, { revision, fetchUrls: new Map(), readAt: 0 });
      }
      // Clocks differ: what is read now is younger than what ran out, whoever's clock told when that was.
      const readAt = Math.max(now(), (spentAt ?? 0) + 1);
      const { digest, fetchUrls } = await replan(video, signal);
      return digest === revision ? keep(video, { revision, fetchUrls, readAt }) : undefined;
    },
  };
}
