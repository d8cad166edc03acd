import { FlantsError } from '../domain/failure.ts';

/** Delayed jobs allowed per place in the queue. */
const delayedPerPlace = 100;

/** Job counts of a queue. */
export interface QueueCounts {
  /** Waiting or active. */
  readonly due: number;
  readonly delayed: number;
}

/** The rule behind `JobQueue.hasCapacity`. */
export function hasCapacity(max: number, { due, delayed }: QueueCounts): boolean {
  if (!(max >= 1)) throw new FlantsError('internal', 'a queue never holds fewer than no jobs');
  return due < max && delayed < delayedPerPlace * max;
}

/** How many jobs of a queue stand where. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}
