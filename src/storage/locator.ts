import type { RevisionDigest, VideoId } from '../domain/video.ts';

/** The URLs from which a plan's files can be fetched now. */
export interface PlanUrls {
  /** When the URLs were read, in milliseconds since the epoch. */
  readonly readAt: number;
  /**
   * Returns the URL to fetch a file from.
   *
   * @param url - of the plan, without tokens
   * @returns that URL, with its token if one is known
   */
  readonly locate: (index: number, url: string) => string;
  /** Returns the Cookie header that the source has granted for a URL. Undefined if there is none. */
  readonly cookieFor: (url: string) => string | undefined;
}

/** Options for loading URLs. */
export interface LoadOptions {
  /** URLs that were read at this time or earlier have expired. Milliseconds since the epoch. */
  readonly expiredAt?: number;
  /** As of `FetchOptions`. */
  readonly insists?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Finds the URLs from which a plan's files can be fetched, with the tokens that a sealed plan leaves out.
 */
export interface Locator {
  /**
   * Returns the URLs of a plan. Reads its playlists again if the URLs are not known or have expired.
   *
   * @returns undefined when the source has a different plan now
   * @throws as `Source.fetch`
   */
  load(video: VideoId, revision: RevisionDigest, options: LoadOptions): Promise<PlanUrls | undefined>;
}
