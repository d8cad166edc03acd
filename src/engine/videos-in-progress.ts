import type { VideoId } from '../domain/video.ts';

/** The videos under way in this process. */
export interface VideosInProgress {
  /** @param playlistUrl - with its token, where the journal's may lack one */
  add(video: VideoId, playlistUrl?: string): void;
  /** What was given when it entered; undefined for one that is not under way. */
  playlistUrlOf(video: VideoId): string | undefined;
  /** @returns whether it was under way */
  remove(video: VideoId): boolean;
  /** Resolves when none is under way; at once when none is now. */
  whenEmpty(): Promise<void>;
}

/** Nobody under way. */
export function createVideosInProgress(): VideosInProgress {
  const present = new Map<VideoId, string | undefined>();
  let waiting: (() => void)[] = [];
  return {
    add: (video, playlistUrl) => void present.set(video, playlistUrl),
    playlistUrlOf: (video) => present.get(video),
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
