import type { Failure, FailureCode } from '../../domain/failure.ts';
import type { Cause } from '../../domain/report/plan.ts';

/** Failures by their code. */
export interface CauseCounter {
  add(failure: Failure, id?: string): void;
  /** The most frequent first. */
  causes(): readonly Cause[];
}

/** Creates a counter that keeps the first of each code. */
export function countCauses(): CauseCounter {
  const counted = new Map<FailureCode, Cause>();
  return {
    add({ code, message }, id) {
      const known = counted.get(code);
      const example = known?.example ?? { message, ...(id === undefined ? {} : { id }) };
      counted.set(code, { code, count: (known?.count ?? 0) + 1, example });
    },
    causes: () => [...counted.values()].toSorted((a, b) => b.count - a.count),
  };
}
