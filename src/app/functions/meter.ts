import { costOf, noFunctionUse, sumOfUse, withRequest } from '../../domain/cost/function-use.ts';
import type { FunctionCost, FunctionRequest, FunctionUse } from '../../domain/cost/function-use.ts';
import { factsOf } from '../../domain/cost/object-sizes.ts';
import type { PriceList } from '../../domain/cost/prices.ts';
import type { Journal } from '../../journal/journal.ts';
import { writeLimits } from '../../transfer/write-limits.ts';

const settingName = 'function-use';

/** Counts what functions are used for. */
export interface FunctionMeter {
  requested(request: FunctionRequest): void;
  /** A function has written an object. */
  wrote(sizeBytes: number): void;
  /** What was counted so far, and what it costs. */
  cost(): FunctionCost;
  use(): FunctionUse;
}

/** What is kept with a state, over all its runs. */
interface KeptUse {
  readonly use: FunctionUse;
  readonly cost: FunctionCost;
}

/** @param architecture - of the processor on which functions run */
export function createFunctionMeter(prices: PriceList, architecture: () => string): FunctionMeter {
  let use = noFunctionUse;
  return {
    requested: (request) => void (use = withRequest(use, request)),
    wrote: (sizeBytes) => void (use = { ...use, puts: use.puts + factsOf(sizeBytes, writeLimits).puts }),
    cost: () => costOf(use, prices, architecture()),
    use: () => use,
  };
}

/** What functions were used for in all runs of a state, as far as they came to keep it. */
export async function readFunctionCost(journal: Pick<Journal, 'setting'>): Promise<FunctionCost | undefined> {
  return ((await journal.setting(settingName)) as KeptUse | undefined)?.cost;
}

/**
 * Keeps what a run adds to the use of the state.
 *
 * @returns a function to be called now and again, and at the end
 */
export async function keepFunctionUse(
  journal: Pick<Journal, 'setting' | 'setSetting'>,
  meter: FunctionMeter,
): Promise<() => Promise<void>> {
  const former = (await journal.setting(settingName)) as KeptUse | undefined;
  let kept: FunctionUse | undefined;
  return async () => {
    const own = meter.use();
    if (kept === own) return;
    const cost = meter.cost();
    const use = sumOfUse(former?.use ?? noFunctionUse, own);
    const dollars = (former?.cost.dollars ?? 0) + cost.dollars;
    await journal.setSetting(settingName, { use, cost: { ...cost, ...use, dollars } } satisfies KeptUse);
    kept = own;
  };
}
