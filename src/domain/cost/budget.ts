import type { Outcome } from '../outcome.ts';

/** What may be spent; absent parts have no limit. */
export interface Budget {
  readonly files?: number;
  readonly bytes?: number;
  readonly dollars?: number;
}

/** What was spent. */
export interface Spent {
  /** Files whose bytes were fetched, written or not. */
  readonly files: number;
  readonly bytes: number;
  readonly dollars: number;
}

/** What was done that may cost something. */
export interface SpentFacts extends Pick<Spent, 'files' | 'bytes'> {
  /** Requests that wrote objects, those of functions left out. */
  readonly puts: number;
  /** What functions have cost, with the objects that they wrote. */
  readonly functionDollars: number;
}

/** What may be spent, and what it is reckoned by. */
export interface SpendingTerms {
  readonly budget: Budget;
  /** Dollars for 10^9 bytes out of the source. */
  readonly egressPrice: number;
  /** Dollars for a thousand requests that write; 0 where they are free. */
  readonly thousandPuts: number;
  /** Day of the prices, such as 2026-11-29. */
  readonly pricesAt: string;
}

/** What a run, or a cluster, with a budget or with a price for what leaves the source, has spent. */
export interface BudgetReport {
  readonly budget: Budget;
  readonly spent: Spent;
  /** The limit that stopped it. */
  readonly reached?: keyof Budget;
  /** Day of the prices that the dollars are by. */
  readonly pricesAt: string;
}

/** What a budget may limit. */
export const budgetKinds = ['files', 'bytes', 'dollars'] as const;

/** What was spent, by the prices of the terms. */
export function spentOf(
  { files, bytes, puts, functionDollars }: SpentFacts,
  { egressPrice, thousandPuts }: Pick<SpendingTerms, 'egressPrice' | 'thousandPuts'>,
): Spent {
  return { files, bytes, dollars: (bytes / 1e9) * egressPrice + (puts / 1_000) * thousandPuts + functionDollars };
}

/** What one outcome says was fetched. What the source says has not changed, or was not looked at, was not. */
export function fetchedBy(outcome: Outcome): Pick<Spent, 'files' | 'bytes'> | undefined {
  if (outcome.kind === 'failed') return undefined;
  const { proof, sizeBytes } = outcome.evidence;
  return proof === 'written' || proof === 'same-checksum' ? { files: 1, bytes: sizeBytes } : undefined;
}

/** Reports what was spent under these terms. */
export function budgetReportOf(facts: SpentFacts, terms: SpendingTerms): BudgetReport {
  const { budget, pricesAt } = terms;
  const spent = spentOf(facts, terms);
  const reached = limitReached(budget, spent);
  return { budget, spent, ...(reached === undefined ? {} : { reached }), pricesAt };
}

/** The first limit that is reached, if one is. */
export function limitReached(budget: Budget, spent: Spent): keyof Budget | undefined {
  return budgetKinds.find((name) => spent[name] >= (budget[name] ?? Infinity));
}

/**
 * Whether a batch may begin while others are under way: not if these are likely to spend what is left. A file is taken to cost
 * what files have cost so far. As long as none has ended, that is not known: then one batch goes before all others.
 *
 * @param filesUnderWay - of batches that have not ended
 */
export function mayBegin(budget: Budget, spent: Spent, filesUnderWay: number): boolean {
  return budgetKinds.every((name) => {
    const limit = budget[name];
    if (limit === undefined) return true;
    if (name === 'files') return spent.files + filesUnderWay < limit;
    if (spent.files === 0) return filesUnderWay === 0 && limit > 0;
    return spent[name] + filesUnderWay * (spent[name] / spent.files) < limit;
  });
}
