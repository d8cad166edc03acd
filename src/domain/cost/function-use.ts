import type { PriceList } from './prices.ts';

/** One request to a service that runs functions. */
export type FunctionRequest =
  /** A function ran. `billedMs` is the service's own figure, or else the time until the answer. */
  | { readonly kind: 'ran'; readonly billedMs: number; readonly memoryMb: number; readonly death?: string }
  /** It did not run, and costs nothing. */
  | { readonly kind: 'throttled' | 'unavailable' };

/** What functions were used for. */
export interface FunctionUse {
  /** Functions that ran, those that died among them. */
  readonly invocations: number;
  readonly died: number;
  readonly throttled: number;
  readonly unavailable: number;
  /** Memory times time, as the service bills it. */
  readonly gbSeconds: number;
  /** Requests that wrote objects. */
  readonly puts: number;
}

/** What functions were used for, and what that costs. */
export interface FunctionCost extends FunctionUse {
  readonly dollars: number;
  readonly prices: Pick<PriceList, 'at' | 'source'>;
}

/** Nothing yet. */
export const noFunctionUse: FunctionUse = {
  invocations: 0,
  died: 0,
  throttled: 0,
  unavailable: 0,
  gbSeconds: 0,
  puts: 0,
};

/** Names of its counts. */
export const functionUseFields = Object.keys(noFunctionUse) as readonly (keyof FunctionUse)[];

/** Adds a request. */
export function withRequest(use: FunctionUse, request: FunctionRequest): FunctionUse {
  if (request.kind !== 'ran') return { ...use, [request.kind]: use[request.kind] + 1 };
  return {
    ...use,
    invocations: use.invocations + 1,
    died: use.died + (request.death === undefined ? 0 : 1),
    gbSeconds: use.gbSeconds + gbSecondsOf(request),
  };
}

/** Adds what two runs did. */
export function sumOfUse(a: FunctionUse, b: FunctionUse): FunctionUse {
  return {
    invocations: a.invocations + b.invocations,
    died: a.died + b.died,
    throttled: a.throttled + b.throttled,
    unavailable: a.unavailable + b.unavailable,
    gbSeconds: a.gbSeconds + b.gbSeconds,
    puts: a.puts + b.puts,
  };
}

/** Memory times time of one invocation. */
export function gbSecondsOf({ billedMs, memoryMb }: Extract<FunctionRequest, { kind: 'ran' }>): number {
  return (billedMs / 1000) * (memoryMb / 1024);
}

/** What the use costs. Any architecture but Arm's counts as x86. */
export function costOf(use: FunctionUse, prices: PriceList, architecture: string): FunctionCost {
  const { gbSecond, millionInvocations, thousandPuts, at, source } = prices;
  const dollars =
    use.gbSeconds * (architecture === 'arm64' ? gbSecond.arm64 : gbSecond.x64) +
    (use.invocations / 1_000_000) * millionInvocations +
    (use.puts / 1_000) * thousandPuts;
  return { ...use, dollars, prices: { at, source } };
}
