import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MiB, second } from '../domain/units.ts';
import { letYoungGrow } from './small-start.ts';

/** Limit for both halves of the young generation. By default V8 lets it grow to 64 MiB. */
const maxYoungBytes = 15 * MiB;
/**
 * Growth of the old generation that triggers a collection, where nobody says otherwise. By default V8 first collects after
 * more than 100 MiB.
 */
const usualGrowthBytes = 6 * MiB;
const checkEveryMs = second / 10;

/**
 * Bounds the heap of the main thread, so that memory does not grow with the library.
 *
 * Worker threads get heap limits when they are created. For the main thread V8 reads its limits only at the start of
 * the process. Afterwards two things still work: changing the growth factor of the young generation, and requesting a
 * collection. The growth factor applies to the whole process, so growth ends only when the young generation of the main
 * thread has reached its limit. By then the threads have reached theirs. It begins again once a collection has shrunk the
 * main thread's.
 *
 * @param maxGrowthBytes - growth of the old generation that triggers a collection: more of it costs memory, less of it time
 * @returns stops the checks
 */
export function boundHeap(maxGrowthBytes = usualGrowthBytes): () => void {
  const collect = exposeCollection();
  let isYoungBounded = false;
  let usedBytes = spaceOf('old_space').used;
  const timer = setInterval(() => {
    const isFullGrown = spaceOf('new_space').size >= maxYoungBytes;
    if (isFullGrown !== isYoungBounded) letYoungGrow(!isFullGrown);
    isYoungBounded = isFullGrown;
    if (spaceOf('old_space').used < usedBytes + maxGrowthBytes) return;
    collect();
    usedBytes = spaceOf('old_space').used;
  }, checkEveryMs);
  return () => clearInterval(timer);
}

/**
 * Gives back what a start has left: garbage, and a young generation that has grown for it. For a process that may idle from
 * then on, in which nothing else would collect.
 */
export function collectStart(): void {
  void exposeCollection()({ type: 'major', execution: 'async', flavor: 'last-resort' });
}

/** Returns the `gc` of `node --expose-gc`, without that flag on the command line. */
function exposeCollection(): NonNullable<typeof globalThis.gc> {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
}

function spaceOf(name: 'new_space' | 'old_space'): { readonly size: number; readonly used: number } {
  const space = getHeapSpaceStatistics().find(({ space_name: each }) => each === name);
  return { size: space?.space_size ?? 0, used: space?.space_used_size ?? 0 };
}
