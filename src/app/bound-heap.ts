import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { MiB } from '../domain/units.ts';

/** Both halves of the young generation. V8 alone would let it grow to 64 MiB. */
const maxYoungBytes = 15 * MiB;
const lookEveryMs = 100;

/**
 * Stops the growth of the main thread's young generation once it is large enough, so that memory does not grow
 * with the library. Threads are bounded when they are made; for the main thread V8 has a flag that counts only
 * before its start, and this one, which it reads at each growth. It is of the whole process: by then the threads
 * have grown as far as they may.
 *
 * @returns stops looking
 */
export function boundYoungGeneration(): () => void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if ((young?.space_size ?? 0) < maxYoungBytes) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, lookEveryMs);
  return () => clearInterval(timer);
}
