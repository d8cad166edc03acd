import type { VideoId } from '../domain/video.ts';

/** The videos under way in this process. */
export interface Roster {
  enter(video: VideoId): void;
  /** @returns whether it was under way */
  leave(video: VideoId): boolean;
  /** Resolves when none is under way; at once when none is now. */
  empty(): Promise<void>;
}

/** Nobody under way. */
export function createRoster(): Roster {
  const present = new Set<VideoId>();
  let waiting: (() => void)[] = [];
  return {
    enter: (video) => void present.add(video),
    leave(video) {
      const was = present.delete(video);
      if (present.size === 0) {
        for (const resolve of waiting) resolve();
        waiting = [];
      }
      return was;
    },
    empty: async () => {
      if (present.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
