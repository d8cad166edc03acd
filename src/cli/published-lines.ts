import type { RunEvent } from '../domain/progress/event.ts';
import { second } from '../domain/units.ts';
import { formatCount, formatCounted } from '../domain/report/amount-text.ts';

type PublishedEvent = Extract<RunEvent, { type: 'video' }>;

/** Puts the videos that are published one after another into few lines. */
export interface PublishedLines {
  /** @returns the line to print now, if any */
  add(event: PublishedEvent): string | undefined;
  /** @returns the line about those that were kept back, once it is time for one */
  due(at: string): string | undefined;
  /** @returns the line about those that were kept back, if any */
  rest(): string | undefined;
}

/** The first have a line each: most libraries that people look at are small. */
const firstVideos = 10;
const everyMs = 10 * second;

/**
 * Creates the lines of one run. Times are those of the events.
 *
 * @param each - a line for each video, however many there are
 */
export function createPublishedLines(each: boolean): PublishedLines {
  let [published, kept, nextAt] = [0, 0, -Infinity];
  let last = '';
  const take = (): string | undefined => {
    if (kept === 0) return undefined;
    const counted = kept === 1 ? last : `${formatCounted(kept, 'video')}, the latest ${last}`;
    kept = 0;
    return `published: ${counted}; ${formatCount(published)} in all`;
  };
  const due = (at: string): string | undefined => {
    const now = Date.parse(at);
    if (now < nextAt) return undefined;
    nextAt = now + everyMs;
    return take();
  };
  return {
    add({ video, at }) {
      published += 1;
      if (each || published <= firstVideos) {
        nextAt = Date.parse(at) + everyMs;
        return `${video}: published`;
      }
      kept += 1;
      last = video;
      return due(at);
    },
    due,
    rest: take,
  };
}
