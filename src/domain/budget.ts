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

/** What a run with a budget, or with a price for what leaves the source, has spent. */
export interface BudgetReport {
  readonly budget: Budget;
  readonly spent: Spent;
  /** The limit that stopped it. */
  readonly reached?: keyof Budget;
  /** Day of the prices that the dollars are by. */
  readonly pricesAt: string;
}

const limits = ['files', 'bytes', 'dollars'] as const;

/** The first limit that is reached, if one is. */
export function limitReached(budget: Budget, spent: Spent): keyof Budget | undefined {
  return limits.find((name) => spent[name] >= (budget[name] ?? Infinity));
}

/**
 * Whether a batch may begin while others are under way: not if these are likely to spend what is left. A file is taken to cost
 * what files have cost so far. As long as none has ended, that is not known: then one batch goes before all others.
 *
 * @param filesUnderWay - of batches that have not ended
 */
export function mayBegin(budget: Budget, spent: Spent, filesUnderWay: number): boolean {
  return limits.every((name) => {
    const limit = budget[name];
    if (limit === undefined) return true;
    if (name === 'files') return spent.files + filesUnderWay < limit;
    if (spent.files === 0) return filesUnderWay === 0 && limit > 0;
    return spent[name] + filesUnderWay * (spent[name] / spent.files) < limit;
  });
}
