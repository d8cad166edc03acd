import type { StateFile } from './file.ts';

/** What a state file says of videos, kept in memory so that it is not read again and again. */
export interface RowCache<T> {
  get(video: string): T | undefined;
  /**
   * Keeps what is in the file, or has just been written there.
   *
   * @returns the value
   */
  keep(video: string, value: T): T;
  /** Forgets what is no longer in the file. */
  drop(video: string): void;
}

/** Far more than are in progress at a time. */
const maxRows = 5_000;

/** Creates an empty cache. It stays empty while others may write the file. */
export function createRowCache<T>({ isOwned }: Pick<StateFile, 'isOwned'>): RowCache<T> {
  const rows = new Map<string, T>();
  return {
    get: (video) => rows.get(video),
    keep(video, value) {
      if (rows.size >= maxRows) rows.clear();
      if (isOwned) rows.set(video, value);
      return value;
    },
    drop: (video) => void rows.delete(video),
  };
}
