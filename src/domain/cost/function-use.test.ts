import { describe, expect, it } from 'vitest';
import { costOf, noFunctionUse, sumOfUse, withRequest } from './function-use.ts';
import { defaultPrices } from './prices.ts';
import type { FunctionRequest } from './function-use.ts';

const requests: readonly FunctionRequest[] = [
  { kind: 'ran', billedMs: 2_000, memoryMb: 2_048 },
  { kind: 'ran', billedMs: 1_000, memoryMb: 1_024, death: 'threw' },
  { kind: 'throttled' },
  { kind: 'throttled' },
  { kind: 'unavailable' },
];
const use = requests.reduce(withRequest, noFunctionUse);

describe('the use of functions', () => {
  it('counts what ran, and what was refused and costs nothing', () => {
    expect(use).toEqual({ invocations: 2, died: 1, throttled: 2, unavailable: 1, gbSeconds: 5, puts: 0 });
    expect(sumOfUse(use, { ...use, puts: 3 })).toMatchObject({ invocations: 4, gbSeconds: 10, puts: 3 });
  });

  it('costs what the prices say', () => {
    const million = { ...noFunctionUse, invocations: 1_000_000, gbSeconds: 1_000_000, puts: 1_000_000 };
    expect(costOf(million, defaultPrices, 'x64').dollars).toBeCloseTo(16.6667 + 0.2 + 5, 6);
    expect(costOf(million, defaultPrices, 'arm64').dollars).toBeCloseTo(13.3334 + 0.2 + 5, 6);
    expect(costOf(noFunctionUse, defaultPrices, 'x64')).toMatchObject({ dollars: 0, prices: { at: '2026-11-29' } });
  });
});
