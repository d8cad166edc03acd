import { applyChange } from '../../src/domain/change.ts';
import type { Change, Tally } from '../../src/domain/change.ts';

/** The tally after these changes, each of which must apply. */
export function after(...changes: readonly Change[]): Tally {
  return changes.reduce<Tally | undefined>((tally, change) => {
    const changed = applyChange(tally, change);
    if (changed.result === 'stale') throw new Error(`${change.type} was stale`);
    return changed.tally;
  }, undefined) as Tally;
}
