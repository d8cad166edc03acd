import { termsOf } from '../../config/spending-options.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { budgetReportOf, limitReached, mayBegin, spentOf } from '../../domain/cost/budget.ts';
import type { Budget, BudgetReport, Spent, SpentFacts } from '../../domain/cost/budget.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { spentBy, withCountedPuts } from '../count-spending.ts';
import type { FunctionMeter } from '../functions/meter.ts';

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
  const message = `the budget is spent (${limit}): batches in progress finish, and no new ones start`;
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
  const terms = termsOf(spending, destination);
  const reached = new AbortController();
  let files = 0;
  let bytes = 0;
  let puts = 0;
  let documentPuts = 0;
  let underWay = 0;
  const facts = (): SpentFacts => {
    const byFunctions = meter?.cost().dollars;
    const paidPuts = documentPuts + (byFunctions === undefined ? puts : 0);
    return { files, bytes, puts: paidPuts, functionDollars: byFunctions ?? 0 };
  };
  const spent = (): Spent => spentOf(facts(), terms);
  const limit = (): keyof Budget | undefined => limitReached(terms.budget, spent());
  const look = (): void => {
    const which = limit();
    if (which === undefined || reached.signal.aborted) return;
    reached.abort();
    onReached(which);
  };
  return {
    reached: reached.signal,
    recorded(outcome) {
      const fetched = spentBy([outcome]);
      if (fetched.files === 0) return;
      files += fetched.files;
      bytes += fetched.bytes;
      puts += fetched.puts;
      look();
    },
    begin(count) {
      look();
      if (reached.signal.aborted || !mayBegin(terms.budget, spent(), underWay)) return false;
      underWay += count;
      return true;
    },
    ended: (count) => void (underWay -= count),
    metered: (store) => withCountedPuts(store, () => void (documentPuts += 1)),
    report() {
      const { reached: which, ...told } = budgetReportOf(facts(), terms);
      return which === undefined || !reached.signal.aborted ? told : { ...told, reached: which };
    },
  };
}
