import type { StreamLimit } from '../../src/transfer/stream-limit.ts';

/** A limit that stays. */
export function fixedStreamLimit(streams: number): StreamLimit {
  return { most: streams, current: () => streams, ended: () => undefined };
}
