import type { FetchUrls } from '../crawler/crawl.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
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

/** Videos whose URLs are kept; those known longest make room, and are read again if need be. */
const maxVideos = 512;

/** Knows no URLs yet. */
export function createTokenLocator(replan: Replan, journal: Pick<Journal, 'revision'>): TokenLocator {
  const known = new Map<VideoId, { readonly revision: RevisionDigest; readonly urls: FetchUrls }>();
  const remember: TokenLocator['remember'] = (video, revision, urls) => {
    known.delete(video);
    known.set(video, { revision, urls });
    const [oldest] = known.keys();
    if (known.size > maxVideos && oldest !== undefined) known.delete(oldest);
  };
  const read = async (video: VideoId, revision: RevisionDigest, signal: AbortSignal): Promise<boolean> => {
    const { digest, fetchUrls } = await replan(video, signal);
    if (digest === revision) remember(video, revision, fetchUrls);
    return digest === revision;
  };
  return {
    remember,
    forget: (video) => void known.delete(video),
    locate(video, revision, index, url) {
      const entry = known.get(video);
      return (entry?.revision === revision ? entry.urls.get(index) : undefined) ?? url;
    },
    async load(video, revision, { signal }) {
      if (known.get(video)?.revision === revision) return true;
      const header = await journal.revision(video, revision);
      if (header?.hasTokens) return read(video, revision, signal);
      remember(video, revision, new Map());
      return true;
    },
    renew: async (video, revision, { signal }) => void (await read(video, revision, signal)),
  };
}
