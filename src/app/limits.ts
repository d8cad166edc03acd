import type { RateLimits } from '../config/values/rate-limits.ts';
import { rateAt } from '../domain/rate-timetable.ts';
import { second } from '../domain/units.ts';
import { repeat } from '../engine/repeat.ts';
import type { SourceLimits } from '../storage/limit-source.ts';
import { createSharedRate, setSharedRate, sharedRateUse } from '../storage/shared-rate.ts';
import type { SharedRate } from '../storage/shared-rate.ts';

/** What is limited. */
export const limitNames = ['bytes', 'sourceRequests', 'destinationRequests'] as const;

/** One of `limitNames`. */
export type LimitName = (typeof limitNames)[number];

/** The limits of this process, which all its threads keep together. */
export interface ProcessLimits {
  readonly source: SourceLimits;
  /** Absent: no limit. */
  readonly destinationRequests?: SharedRate;
  /** What holds now in all, before it is shared with other processes. Undefined: no limit. */
  total(name: LimitName): number | undefined;
  /** What this process may use now. Undefined: no limit. */
  own(name: LimitName): number | undefined;
  /** What was used since the start. */
  used(name: LimitName): { readonly taken: number; readonly waits: number };
  /** Sets what this process may use of a total. Without, it uses all of it. */
  share(part: (name: LimitName, total: number) => number): void;
  stop(): void;
}

/** The limit of a destination, as a part of what it is opened with. */
export function requestsTo({ destinationRequests }: ProcessLimits): { readonly requests?: SharedRate } {
  return destinationRequests ? { requests: destinationRequests } : {};
}

/** The same, for threads. */
export function storeRequestsOf({ destinationRequests }: ProcessLimits): { readonly storeRequests?: SharedRate } {
  return destinationRequests ? { storeRequests: destinationRequests } : {};
}

const lookEveryMs = second;

/**
 * Creates the limits that options set, and follows their timetable.
 *
 * @param limits - no memory and no timer for what is not limited
 */
export function openLimits(limits: RateLimits): ProcessLimits {
  const total = (name: LimitName): number | undefined => {
    if (name !== 'bytes') return limits[name];
    return limits.bandwidth && rateAt(limits.bandwidth, new Date());
  };
  const limited = limitNames.filter((name) => (name === 'bytes' ? limits.bandwidth : limits[name]) !== undefined);
  const rates = new Map<LimitName, SharedRate>(limited.map((name) => [name, createSharedRate(total(name))]));
  let part = (_: LimitName, whole: number): number => whole;
  const own = (name: LimitName): number | undefined => {
    const whole = total(name);
    return whole === undefined ? undefined : part(name, whole);
  };
  const assert = (): void => rates.forEach((rate, name) => setSharedRate(rate, own(name)));
  const stop = limited.length > 0 ? repeat(lookEveryMs, async () => assert()) : () => {};
  const [bytes, sourceRequests, destinationRequests] = limitNames.map((name) => rates.get(name));
  return {
    source: { ...(bytes ? { bytes } : {}), ...(sourceRequests ? { requests: sourceRequests } : {}) },
    ...(destinationRequests ? { destinationRequests } : {}),
    total,
    own,
    used: (name) => {
      const rate = rates.get(name);
      return rate ? sharedRateUse(rate) : { taken: 0, waits: 0 };
    },
    share(anew) {
      part = anew;
      assert();
    },
    stop,
  };
}
