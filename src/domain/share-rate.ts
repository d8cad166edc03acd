/** What one process has used of a rate lately, and whether it could use more. */
export interface RateDemand {
  readonly id: string;
  /** Per second. */
  readonly used: number;
  readonly isWaiting: boolean;
}

/** A process that does not wait keeps this part of an even share for work that comes, and may use a little more than it does. */
const idlePart = 0.05;
const growth = 1.25;

/**
 * The part of a rate that one of several processes may use. Those that wait share evenly what the others leave; where none
 * waits, all have the same. The parts of all processes together are never more than the rate.
 */
export function shareOfRate(perSecond: number, demands: readonly RateDemand[], own: string): number {
  const even = perSecond / Math.max(1, demands.length);
  const waiting = demands.filter(({ isWaiting }) => isWaiting);
  if (waiting.length === 0 || !demands.some(({ id }) => id === own)) return even;
  const keeps = ({ used }: RateDemand): number => Math.min(even, Math.max(used * growth, even * idlePart));
  const mine = demands.find(({ id }) => id === own);
  if (mine && !mine.isWaiting) return keeps(mine);
  const kept = demands.filter(({ isWaiting }) => !isWaiting).reduce((sum, demand) => sum + keeps(demand), 0);
  return (perSecond - kept) / waiting.length;
}
