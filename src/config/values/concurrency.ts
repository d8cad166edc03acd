import { availableParallelism } from 'node:os';

/** Files in flight where nobody said how many, and where nothing finds out how many are worth it. */
export const usualConcurrency = 32;

/** Files in flight of a process at the most, where nobody said how many. */
export const mostConcurrency = 256;

/**
 * Threads of all that copies on this machine, where nobody said how many: the main thread of a copy, or the main threads of a
 * cluster, crawl, record and publish, and keep a core busy too.
 * A thread more costs CPU and memory, and brings little where all cores are busy.
 *
 * @param cores - of this machine
 */
export function usualCopyThreads(cores = availableParallelism()): number {
  return Math.max(1, cores - 1);
}
