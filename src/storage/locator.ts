import type { RevisionDigest, VideoId } from '../domain/video.ts';

/** The URLs from which a plan's files can be fetched now. */
export interface PlanUrls {
  /** When they were read, in milliseconds since the epoch. */
  readonly readAt: number;
  /**
   * What to fetch for a file.
   *
   * @param url - of the plan, without tokens
   * @returns that URL, with its token where one is known
   */
  readonly locate: (index: number, url: string) => string;
}

/** How URLs are loaded. */
export interface LoadOptions {
  /** URLs that were read at this instant or before have run out. */
  readonly expiredAt?: number;
  readonly signal: AbortSignal;
}

/**
 * Finds the URLs from which a plan's files can be fetched, with the tokens that a sealed plan leaves out.
 */
export interface Locator {
  /**
   * The URLs of a plan, read again from its playlists where they are not known or have run out.
   *
   * @returns undefined when the source has another plan by now
   * @throws as `Source.fetch`
   */
  load(video: VideoId, revision: RevisionDigest, options: LoadOptions): Promise<PlanUrls | undefined>;
}
