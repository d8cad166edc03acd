import { FlantsError } from '../domain/failure.ts';

/** Delayed jobs that may be kept for each job that there is room for. */
const delayedPerPlace = 100;

/** How many jobs a queue holds. */
export interface QueueCounts {
  /** Waiting or active. */
  readonly due: number;
  readonly delayed: number;
}

/** Whether a queue has room for one more: what `JobQueue.hasCapacity` means. */
export function hasCapacity(max: number, { due, delayed }: QueueCounts): boolean {
  if (!(max >= 1)) throw new FlantsError('internal', 'a queue never holds fewer than no jobs');
  return due < max && delayed < delayedPerPlace * max;
}

/** What `JobQueue.room` throws when it is given up. */
export function abortedWaiting(): FlantsError {
  return new FlantsError('aborted', 'stopped while waiting for room in the queue');
}
