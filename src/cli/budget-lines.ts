import { formatBytes, formatCount, formatCounted, formatDollars } from '../domain/report/amount-text.ts';
import type { BudgetReport } from '../domain/cost/budget.ts';

/** What was spent, beside its limits; then, where one is reached, what follows in a cluster. */
export function budgetLines(what: string, { budget, spent, reached, pricesAt }: BudgetReport): readonly string[] {
  const of = (limit: number | undefined, format: (value: number) => string): string =>
    limit === undefined ? '' : ` of ${format(limit)}`;
  const parts = [
    `${formatCounted(spent.files, 'file')}${of(budget.files, formatCount)}`,
    `${formatBytes(spent.bytes)}${of(budget.bytes, formatBytes)}`,
    `${formatDollars(spent.dollars)}${of(budget.dollars, formatDollars)} by the prices of ${pricesAt}`,
  ];
  return [`${what}: ${parts.join(', ')}`, ...(reached === undefined ? [] : [spentLine(reached)])];
}

function spentLine(reached: string): string {
  return `The budget is spent (${reached}): no more files are copied until flants up, or the coordinator, is started with a larger --budget`;
}
