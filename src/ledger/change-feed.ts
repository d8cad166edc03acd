import type { VideoId } from '../domain/video.ts';

/** Which videos of a ledger have changed, whoever changed them. For one reader. */
export interface ChangeFeed {
  /**
   * Videos whose record or bits changed since the call before, each once; also those that were added or removed. Undefined
   * where that is not known, as at the first call, after a pause, or after the ledger was lost: everything is to be read anew.
   * When it throws, the next call tells what this one would have.
   */
  take(): Promise<readonly VideoId[] | undefined>;
  /** Nobody reads for now: changes need not be kept. */
  pause(): void;
}

/** A feed of a ledger that only this process writes to. `note` is to be called after each change. */
export function createLocalChangeFeed(): ChangeFeed & { note(video: VideoId): void } {
  let changed: Set<VideoId> | undefined;
  return {
    note: (video) => changed?.add(video),
    async take() {
      const taken = changed && [...changed];
      changed = new Set();
      return taken;
    },
    pause() {
      changed = undefined;
    },
  };
}
