import { FlantsError } from '../domain/failure.ts';
import type { Budget } from '../domain/cost/budget.ts';
import type { SpendingTerms } from '../domain/cost/budget.ts';
import type { PriceList } from '../domain/cost/prices.ts';
import { localPath } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { readPrices } from './values/prices.ts';

/** What a run or a cluster may spend, and what it is reckoned by. */
export interface SpendingOptions {
  readonly budget: Budget;
  readonly prices: PriceList;
  /** Dollars for 10^9 bytes out of the source. */
  readonly egressPrice?: number;
}

/** The parsed options behind `SpendingOptions`. */
interface Parsed {
  readonly budget: Budget;
  readonly egressPrice?: number;
  readonly prices?: string;
}

/** The terms of a cluster: what it may spend at this destination. */
export function termsOf(
  { budget, prices, egressPrice = 0 }: SpendingOptions,
  { kind }: Pick<Destination, 'kind'>,
): SpendingTerms {
  return { budget, egressPrice, thousandPuts: kind === 's3' ? prices.thousandPuts : 0, pricesAt: prices.at };
}

/**
 * Reads what a run may spend.
 *
 * @returns undefined where nobody wants to know
 * @throws {FlantsError} `usage` for dollars where nothing costs any; as `readPrices`
 */
export async function readSpendingOptions(
  { budget, egressPrice, prices }: Parsed,
  { destination, cwd }: { readonly destination: Destination; readonly cwd: string },
): Promise<SpendingOptions | undefined> {
  if (Object.keys(budget).length === 0 && egressPrice === undefined) return undefined;
  if (budget.dollars !== undefined && destination.kind === 'folder' && egressPrice === undefined) {
    throw new FlantsError('usage', '--budget is in dollars, and a copy to a folder costs none: add --egress-price');
  }
  return Object.freeze({
    budget: Object.freeze(budget),
    prices: await readPrices(prices === undefined ? undefined : localPath(prices, cwd)),
    ...(egressPrice === undefined ? {} : { egressPrice }),
  });
}
