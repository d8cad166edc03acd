import { roles } from '../../src/config/service-options.ts';
import type { Role } from '../../src/config/service-options.ts';
import { second } from '../../src/domain/units.ts';
import { seededRandom } from '../model/random.ts';

/** What may be killed: a process of a role, or Redis. */
export type Prey = Role | 'redis';

/** All of them. */
export const preys: readonly Prey[] = [...roles, 'redis'];

/** How many processes there are of each, and how often it is hit, in proportion to the others. */
export const herd: Readonly<Record<Prey, { readonly count: number; readonly weight: number }>> = {
  scanner: { count: 1, weight: 2 },
  crawler: { count: 2, weight: 5 },
  transfer: { count: 2, weight: 7 },
  aggregator: { count: 1, weight: 4 },
  redis: { count: 1, weight: 3 },
};

/** One SIGKILL. */
export interface PlannedKill {
  readonly prey: Prey;
  /** Which of several, from 0. */
  readonly number: number;
  /** It comes once so many files were let go at the origin… */
  readonly afterFiles: number;
  /** …and so long after the one before. */
  readonly afterMs: number;
  /** The process stays away so long. */
  readonly pauseMs: number;
}

/** Some processes die while they start, and Redis is back before anybody gives up. */
const longestGapMs = 1.6 * second;
const longestPauseMs = 1.2 * second;

/**
 * The kills of a run, spread evenly over its files: the same seed gives the same ones. Who is hit how often is settled,
 * in which order is not.
 */
export function planKills({
  files,
  kills,
  seed,
}: {
  readonly files: number;
  readonly kills: number;
  readonly seed: number;
}): readonly PlannedKill[] {
  const random = seededRandom(seed);
  const lots = preys.flatMap((prey) => Array.from({ length: herd[prey].weight }, () => prey));
  const left = Array.from({ length: kills }, (_, kill) => lots[Math.floor((kill * lots.length) / kills)] ?? 'redis');
  const share = files / kills;
  return Array.from({ length: kills }, (_, kill) => {
    const [prey = 'redis'] = left.splice(random.below(left.length), 1);
    return {
      prey,
      number: random.below(herd[prey].count),
      afterFiles: Math.floor(share * (kill + random.next())),
      afterMs: random.below(longestGapMs),
      pauseMs: random.below(longestPauseMs),
    };
  });
}
