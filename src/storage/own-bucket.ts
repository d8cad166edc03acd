import { bucketObjectOf } from '../domain/names/bucket-url.ts';
import type { RevisionHeader } from '../domain/revision.ts';
import type { Submission } from '../domain/video.ts';
import { mapFetch } from './map-fetch.ts';
import type { Source } from './source.ts';

/**
 * The bucket of a video that a catalogue lists, which is named by that. A submission over HTTP names none: whoever may
 * submit decides about videos, and not about what the credentials are used for.
 */
export function bucketOfSubmission({ playlistUrl, by }: Submission): string | undefined {
  return by === 'person' ? undefined : bucketOf(playlistUrl);
}

/** The bucket of a video's first playlist, as it was read when its plan was sealed. */
export function bucketOfPlan(plan: Pick<RevisionHeader, 'playlists'> | undefined): string | undefined {
  // The root is read first and published last.
  return bucketOf(plan?.playlists.at(-1)?.url);
}

function bucketOf(playlistUrl: string | undefined): string | undefined {
  return playlistUrl?.startsWith('s3:') ? bucketObjectOf(new URL(playlistUrl))?.bucket : undefined;
}

/**
 * Reads for one video: also from its own bucket, which the source need not have been opened for.
 *
 * @param bucket - undefined: nothing is added
 */
export function withOwnBucket(source: Source, bucket: string | undefined): Source {
  if (bucket === undefined) return source;
  return mapFetch(source, (fetch) => (url, options) => fetch(url, { ...options, ownBucket: bucket }));
}
