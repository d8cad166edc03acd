import type { RateSample } from '../domain/progress/live-view.ts';
import { minute, second } from '../domain/units.ts';

/** How far back samples go, and how far apart those are that are older than the step before. */
const steps = [
  { maxAgeMs: 2 * minute, everyMs: second },
  { maxAgeMs: 10 * minute, everyMs: 5 * second },
  { maxAgeMs: 60 * minute, everyMs: 30 * second },
] as const;

/** More than all samples of an hour. */
export const maxSamples = 400;

/** Rates of the last hour, coarser with age. */
export interface RateHistory {
  /** Adds a sample that is later than all others. */
  add(sample: RateSample): void;
  /** The oldest first. */
  samples(): readonly RateSample[];
}

/** Creates an empty history. Its size is bounded. */
export function createRateHistory(): RateHistory {
  /** One list for each step, of which the first is the finest. */
  const lists: RateSample[][] = steps.map(() => []);
  return {
    add(sample) {
      lists[0]?.push(sample);
      for (const [at, { maxAgeMs, everyMs }] of steps.entries()) {
        const list = lists[at] ?? [];
        const older = lists[at + 1];
        while (list[0] && sample[0] - list[0][0] > maxAgeMs) {
          const [left] = list.splice(0, 1);
          // Of those within one step, the first stands for all.
          const last = older?.at(-1);
          const next = steps[at + 1];
          if (left && older && next && (!last || left[0] - last[0] >= next.everyMs)) older.push(left);
        }
        // Samples may come more often than each second.
        if (list.length > (2 * maxAgeMs) / everyMs) list.splice(0, 1);
      }
    },
    samples: () => lists.toReversed().flat(),
  };
}
