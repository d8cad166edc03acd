import type { SubmittedUrls, VideoId } from '../domain/video.ts';

/** The videos in progress in this process. */
export interface VideosInProgress {
  /** @param urls - with their tokens, which the journal's may lack */
  add(video: VideoId, urls?: SubmittedUrls): void;
  /** The URLs given to `add`. Undefined for a video that is not in progress. */
  urlsOf(video: VideoId): SubmittedUrls | undefined;
  /** @returns whether the video was in progress */
  remove(video: VideoId): boolean;
  ids(): Iterable<VideoId>;
  count(): number;
  /** Resolves when no video is in progress. */
  whenEmpty(): Promise<void>;
}

/** Creates an empty set. */
export function createVideosInProgress(): VideosInProgress {
  const present = new Map<VideoId, SubmittedUrls | undefined>();
  let waiting: (() => void)[] = [];
  return {
    add: (video, urls) => void present.set(video, urls),
    urlsOf: (video) => present.get(video),
    ids: () => [...present.keys()],
    count: () => present.size,
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
