import { hash } from 'node:crypto';
import type { Evidence } from '../outcome.ts';
import type { VideoId } from '../video.ts';

/**
 * What an object is a copy of: the URL without tokens. Where tokens were left out, they may have chosen the object
 * (RFC 3986 section 3.4), so that the same URL may be another object in another video.
 */
export interface SourceIdentity {
  readonly url: string;
  /** Present where the URL had tokens. */
  readonly video?: VideoId;
}

/** The identity of a file or document of a video. */
export function sourceIdentityOf(
  { url, fetchUrl }: { readonly url: string; readonly fetchUrl: string },
  video: VideoId,
): SourceIdentity {
  return fetchUrl === url ? { url } : { url, video };
}

/** The identity of a document, of a plan that only says whether any of its URLs had tokens. */
export function documentIdentityOf(
  { url }: { readonly url: string },
  { video, hasTokens }: { readonly video: VideoId; readonly hasTokens: boolean },
): SourceIdentity {
  return hasTokens ? { url, video } : { url };
}

/** Whether evidence is about the object of this video's URL, and not perhaps about another one's that has its key. */
export function isEvidenceOf(evidence: Pick<Evidence, 'url' | 'video'>, { url, video }: SourceIdentity): boolean {
  return evidence.url === url && evidence.video === video;
}

/** Metadata field that marks an object with what it was copied from, for when there is no evidence of it. */
export const sourceMetadata = 'flants-source';

/** The mark of an identity: 128 bits, so that no two of a library ever meet. Reveals neither URL nor video. */
export function sourceMark({ url, video }: SourceIdentity): string {
  return hash('sha256', video === undefined ? url : JSON.stringify([url, video]), 'hex').slice(0, 32);
}

/** Metadata field of an object that was written over another, for when there is no evidence of what stood there before. */
export const replacedMetadata = 'flants-replaced';
