import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MiB, second } from '../../domain/units.ts';

/** Both halves of the young generation. V8 alone would let it grow to 64 MiB. */
const maxYoungBytes = 15 * MiB;
/** V8 alone would let the old generation grow by more than a hundred before it looks for the first time what of it is in use. */
const maxGrowthBytes = 6 * MiB;
const lookEveryMs = second / 10;

/**
 * Keeps the main thread's heap at the size of what is in use, so that memory does not grow with the library.
 *
 * Threads are bounded when they are made; for the main thread V8 has flags that count only before its start. What
 * it reads later is the growth of the young generation, and a call for a collection. The growth is of the whole
 * process: it is stopped once the threads have grown as far as they may.
 *
 * @returns stops looking
 */
export function boundHeap(): () => void {
  const collect = exposeCollection();
  let isYoungBounded = false;
  let usedBytes = spaceOf('old_space').used;
  const timer = setInterval(() => {
    if (!isYoungBounded && spaceOf('new_space').size >= maxYoungBytes) {
      setFlagsFromString('--semi-space-growth-factor=1');
      isYoungBounded = true;
    }
    if (spaceOf('old_space').used < usedBytes + maxGrowthBytes) return;
    collect();
    usedBytes = spaceOf('old_space').used;
  }, lookEveryMs);
  return () => clearInterval(timer);
}

/** What `node --expose-gc` gives, without the flag at the start. */
function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function spaceOf(name: 'new_space' | 'old_space'): { readonly size: number; readonly used: number } {
  const space = getHeapSpaceStatistics().find(({ space_name: each }) => each === name);
  return { size: space?.space_size ?? 0, used: space?.space_used_size ?? 0 };
}
