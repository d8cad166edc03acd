import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';

/** The error to throw for a video that was never submitted. */
export function unknownVideo(video: VideoId): FlantsError {
  return new FlantsError(
    'video.unknown',
    `there is no video ${video} in this library; flants status --all lists all of them`,
  );
}
