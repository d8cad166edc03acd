import type { LiveDelta } from '../domain/progress/live-view.ts';
import { mergeDeltas } from './merge-deltas.ts';

/** Recent deltas by their numbers, so that a viewer who missed some gets them as one. */
export interface DeltaLog {
  /** Number of the latest delta; 0 before the first. */
  readonly latest: number;
  /** Adds a delta as the latest. `size` is that of its text. */
  add(delta: LiveDelta, size: number): void;
  /** All that came after this number as one delta. Undefined where some of it is not known any more, or nothing came. */
  since(number: number): LiveDelta | undefined;
}

/** How much is kept: about a minute, and no more text than a snapshot or two. */
const maxDeltas = 240;
const maxSize = 2_000_000;

/** Creates an empty log. */
export function createDeltaLog(): DeltaLog {
  let kept: { readonly delta: LiveDelta; readonly size: number }[] = [];
  let [latest, size] = [0, 0];
  return {
    get latest() {
      return latest;
    },
    add(delta, deltaSize) {
      kept.push({ delta, size: deltaSize });
      latest += 1;
      size += deltaSize;
      let dropped = 0;
      while (kept.length - dropped > 1 && (kept.length - dropped > maxDeltas || size > maxSize)) {
        size -= kept[dropped]?.size ?? 0;
        dropped += 1;
      }
      if (dropped > 0) kept = kept.slice(dropped);
    },
    since(number) {
      const missed = latest - number;
      if (!Number.isSafeInteger(missed) || missed <= 0 || missed > kept.length) return undefined;
      return mergeDeltas(kept.slice(-missed).map(({ delta }) => delta));
    },
  };
}
