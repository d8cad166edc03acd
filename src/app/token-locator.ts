import type { FetchUrls } from '../crawler/crawl.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Locator } from '../storage/locator.ts';

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

/** Knows no URLs yet. */
export function createTokenLocator(replan: Replan): TokenLocator {
  const known = new Map<VideoId, { readonly revision: RevisionDigest; readonly urls: FetchUrls }>();
  const remember: TokenLocator['remember'] = (video, revision, urls) => {
    if (urls.size > 0) known.set(video, { revision, urls });
  };
  return {
    remember,
    forget: (video) => void known.delete(video),
    locate(video, revision, index, url) {
      const entry = known.get(video);
      return (entry?.revision === revision ? entry.urls.get(index) : undefined) ?? url;
    },
    async renew(video, revision, { signal }) {
      const { digest, fetchUrls } = await replan(video, signal);
      if (digest === revision) remember(video, revision, fetchUrls);
    },
  };
}
