import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';

/** The name of a folder or a bucket. Ids may look like one, but seldom do. */
const placeName = /^(?:~|\.{1,2})?\/|^\.{1,2}$|^[a-z][a-z0-9+.-]*:\/\//i;

/** The error to throw for a video that was never submitted. */
export function unknownVideo(video: VideoId): FlantsError {
  const hint = placeName.test(video)
    ? '; a library is named by its destination, before all else, or by --state, and not by both'
    : '';
  return new FlantsError(
    'video.unknown',
    `there is no video ${video} in this library${hint}; flants status --all lists all of them`,
  );
}
