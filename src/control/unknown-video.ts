import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';

/** What to throw for a video that the state has never heard of. */
export function unknownVideo(video: VideoId): FlantsError {
  return new FlantsError(
    'video.unknown',
    `this state does not know the video ${video}; flants status lists those it knows`,
  );
}
