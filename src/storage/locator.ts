import type { RevisionDigest, VideoId } from '../domain/video.ts';

/**
 * Knows the URLs that really fetch a plan's files: with the tokens that sealed plans leave out.
 */
export interface Locator {
  /**
   * What to fetch for a file of a revision.
   *
   * @param url - of the plan, without tokens
   * @returns that URL, with its token where one is known
   */
  locate(video: VideoId, revision: RevisionDigest, index: number, url: string): string;
  /**
   * Makes sure that the URLs of a plan are known, reading its playlists again where they are not.
   *
   * @returns false when the source has another plan by now
   * @throws as `Source.fetch`
   */
  load(video: VideoId, revision: RevisionDigest, options: { readonly signal: AbortSignal }): Promise<boolean>;
  /** Reads the video's playlists again for fresh tokens. Throws as `Source.fetch` when that fails. */
  renew(video: VideoId, revision: RevisionDigest, options: { readonly signal: AbortSignal }): Promise<void>;
}
