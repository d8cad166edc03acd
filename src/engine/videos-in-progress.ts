import type { VideoId } from '../domain/video.ts';

/** The videos in progress in this process. */
export interface VideosInProgress {
  /** @param playlistUrl - the URL with its token, which the journal's may lack */
  add(video: VideoId, playlistUrl?: string): void;
  /** The URL given to `add`. Undefined for a video that is not in progress. */
  playlistUrlOf(video: VideoId): string | undefined;
  /** @returns whether the video was in progress */
  remove(video: VideoId): boolean;
  ids(): Iterable<VideoId>;
  /** Resolves when no video is in progress. */
  whenEmpty(): Promise<void>;
}

/** Creates an empty set. */
export function createVideosInProgress(): VideosInProgress {
  const present = new Map<VideoId, string | undefined>();
  let waiting: (() => void)[] = [];
  return {
    add: (video, playlistUrl) => void present.set(video, playlistUrl),
    playlistUrlOf: (video) => present.get(video),
    ids: () => [...present.keys()],
    remove(video) {
      const was = present.delete(video);
      if (present.size === 0) {
        for (const resolve of waiting) resolve();
        waiting = [];
      }
      return was;
    },
    whenEmpty: async () => {
      if (present.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
