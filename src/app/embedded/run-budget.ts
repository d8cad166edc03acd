import type { CopyOptions } from '../../config/copy-options.ts';
import { fetchedBy, limitReached, mayBegin, spentOf } from '../../domain/budget.ts';
import type { Budget, BudgetReport, Spent } from '../../domain/budget.ts';
import { putsOf } from '../../domain/function-use.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { writeLimits } from '../function-meter.ts';
import type { FunctionMeter } from '../function-meter.ts';

/** Counts what a run spends, and says when no more may be begun. */
export interface RunBudget {
  /** Aborted once a limit is reached. */
  readonly reached: AbortSignal;
  recorded(outcome: Outcome): void;
  /** @returns whether a batch of so many files may begin: if so, it is under way until `ended` */
  begin(files: number): boolean;
  ended(files: number): void;
  /** The same store, with the requests counted that write playlists. */
  metered(store: ObjectStore): ObjectStore;
  report(): BudgetReport;
}

/** What people are told once a limit is reached. */
export function spentWarning(limit: keyof Budget): { readonly type: 'warning'; readonly message: string } {
  const message = `the budget is spent (${limit}): batches under way are finished, and no more are begun`;
  return { type: 'warning', message };
}

/**
 * @param options.spending - limits and prices
 * @param meter - of functions, which counts their PUTs as well
 * @returns undefined where nobody wants to know
 */
export function createRunBudget(
  { spending, destination }: Pick<CopyOptions, 'spending' | 'destination'>,
  meter: Pick<FunctionMeter, 'cost'> | undefined,
  onReached: (limit: keyof Budget) => void,
): RunBudget | undefined {
  if (!spending) return undefined;
  const { budget, prices, egressPrice = 0 } = spending;
  const reached = new AbortController();
  const thousandPuts = destination.kind === 's3' ? prices.thousandPuts : 0;
  let files = 0;
  let bytes = 0;
  let puts = 0;
  let documentPuts = 0;
  let underWay = 0;
  const spent = (): Spent => {
    const byFunctions = meter?.cost().dollars;
    const paidPuts = documentPuts + (byFunctions === undefined ? puts : 0);
    return spentOf({ files, bytes, puts: paidPuts, functionDollars: byFunctions ?? 0 }, { egressPrice, thousandPuts });
  };
  const limit = (): keyof Budget | undefined => limitReached(budget, spent());
  const look = (): void => {
    const which = limit();
    if (which === undefined || reached.signal.aborted) return;
    reached.abort();
    onReached(which);
  };
  return {
    reached: reached.signal,
    recorded(outcome) {
      const fetched = fetchedBy(outcome);
      if (!fetched) return;
      files += fetched.files;
      bytes += fetched.bytes;
      puts += putsOf(fetched.bytes, writeLimits.maxHeldBytes, writeLimits.partBytes);
      look();
    },
    begin(count) {
      look();
      if (reached.signal.aborted || !mayBegin(budget, spent(), underWay)) return false;
      underWay += count;
      return true;
    },
    ended: (count) => void (underWay -= count),
    metered: (store) => ({
      ...store,
      put: (...args) => {
        documentPuts += 1;
        return store.put(...args);
      },
    }),
    report() {
      const which = reached.signal.aborted ? limit() : undefined;
      return { budget, spent: spent(), ...(which === undefined ? {} : { reached: which }), pricesAt: prices.at };
    },
  };
}
