import type { Estimate } from './estimate.ts';
import type { PriceList } from './prices.ts';
import { GiB } from '../units.ts';

/** What a copy moves, as far as it is paid for. */
export interface TransferLoad {
  readonly sizeBytes: Estimate;
  /** Requests that write files. */
  readonly puts: Estimate;
  readonly documents: Estimate;
  /** Of up to 100 files, each an invocation of a function, and an object of evidence in a journal in S3. */
  readonly batches: Estimate;
}

/** What a batch takes of a function. */
export interface FunctionLoad {
  readonly secondsPerBatch: number;
  readonly memoryMb: number;
  readonly architecture: 'x64' | 'arm64';
}

/** One line of a bill: so much of something, each at a price that somebody named on a day. */
export interface CostLine {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** Dollars for one unit. */
  readonly unitPrice: number;
  readonly dollars: number;
  /** As of `Estimate`. */
  readonly error: number;
  /** Day of the price, absent for one that was given by an option. */
  readonly at?: string;
  readonly source: string;
}

/** Lines and their sum. */
export interface Bill {
  readonly lines: readonly CostLine[];
  readonly dollars: number;
  readonly error: number;
}

/** What a transfer costs, in US dollars, without free tier and discounts. */
export interface CostReport {
  /** Copied by this machine. */
  readonly machine: Bill;
  /** Copied by functions, with a journal in S3. Absent where they cannot write to the destination. */
  readonly lambda?: Bill & { readonly functions: FunctionLoad };
  /** Whether what the old home asks for each gigabyte is in the sums: nobody but the user knows it. */
  readonly hasEgress: boolean;
  /** Keeping it, each month. Absent where the prices do not say. */
  readonly monthly?: CostLine;
}

/** What else decides about the costs. */
export interface CostTerms {
  readonly prices: PriceList;
  /** Dollars that the source's home asks for 10^9 bytes. Absent: not known. */
  readonly egressPrice?: number;
  /** Whether the destination asks for each PUT. */
  readonly isPaidByPut: boolean;
  readonly functions: FunctionLoad;
}

/** Reckons what a load costs. */
export function costOfTransfer(load: TransferLoad, terms: CostTerms): CostReport {
  const { prices, egressPrice, isPaidByPut, functions } = terms;
  const priced = pricedBy(prices);
  const egress =
    egressPrice === undefined
      ? []
      : [line('egress of the source', scaled(load.sizeBytes, 1e-9), 'GB', egressPrice, { source: '--egress-price' })];
  const perPut = (what: string, count: Estimate): CostLine =>
    priced(what, scaled(count, 1e-3), '1,000 PUTs', prices.thousandPuts);
  const puts = isPaidByPut ? [perPut('PUT of files', load.puts), perPut('PUT of playlists', load.documents)] : [];
  const machine = billOf([...egress, ...puts]);
  const gbSeconds = scaled(load.batches, functions.secondsPerBatch * (functions.memoryMb / 1024));
  const lambda = billOf([
    ...egress,
    ...puts,
    perPut('PUT of evidence', load.batches),
    priced('functions', gbSeconds, `GB-seconds (${functions.architecture})`, prices.gbSecond[functions.architecture]),
    priced('invocations', scaled(load.batches, 1e-6), 'million', prices.millionInvocations),
  ]);
  return {
    machine,
    ...(isPaidByPut ? { lambda: { ...lambda, functions } } : {}),
    hasEgress: egressPrice !== undefined,
    ...(isPaidByPut && prices.gbMonth !== undefined
      ? { monthly: priced('keeping it', scaled(load.sizeBytes, 1 / GiB), 'GiB a month', prices.gbMonth) }
      : {}),
  };
}

function pricedBy({ at, source }: PriceList) {
  return (what: string, quantity: Estimate, unit: string, unitPrice: number): CostLine =>
    line(what, quantity, unit, unitPrice, { at, source });
}

function line(
  what: string,
  { value, error }: Estimate,
  unit: string,
  unitPrice: number,
  from: Pick<CostLine, 'at' | 'source'>,
): CostLine {
  return { what, quantity: value, unit, unitPrice, dollars: value * unitPrice, error: error * unitPrice, ...from };
}

function billOf(lines: readonly CostLine[]): Bill {
  const sum = (of: (each: CostLine) => number): number => lines.reduce((total, each) => total + of(each), 0);
  return { lines, dollars: sum(({ dollars }) => dollars), error: sum(({ error }) => error) };
}

function scaled({ value, error }: Estimate, factor: number): Estimate {
  return { value: value * factor, error: error * factor };
}
