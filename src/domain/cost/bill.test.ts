import { describe, expect, it } from 'vitest';
import { defaultPrices } from './prices.ts';
import { costOfTransfer } from './bill.ts';
import type { CostTerms } from './bill.ts';

const counted = (value: number) => ({ value, error: 0 });
/** The library of docs/operations.md: 4 TiB in 16 million files, a class of 10,000 files each with four playlists. */
const library = {
  sizeBytes: counted(4 * 2 ** 40),
  puts: counted(16_000_000),
  documents: counted(6_400),
  batches: counted(160_000),
};
const terms: CostTerms = {
  prices: defaultPrices,
  egressPrice: 0.09,
  isPaidByPut: true,
  functions: { secondsPerBatch: 2, memoryMb: 1_769, architecture: 'arm64' },
};

describe("the article's library", () => {
  it('costs what it costs by hand', () => {
    const { machine, lambda, monthly } = costOfTransfer(library, terms);
    const dollars = Object.fromEntries((lambda?.lines ?? []).map((line) => [line.what, line.dollars]));
    // 4 × 1,099,511,627,776 bytes = 4,398.046511104 GB; × 0.09
    expect(dollars['egress of the source']).toBeCloseTo(395.824_185_999, 8);
    // 16,000,000 / 1,000 × 0.005
    expect(dollars['PUT of files']).toBeCloseTo(80, 8);
    // 6,400 / 1,000 × 0.005
    expect(dollars['PUT of playlists']).toBeCloseTo(0.032, 8);
    // 160,000 / 1,000 × 0.005
    expect(dollars['PUT of evidence']).toBeCloseTo(0.8, 8);
    // 160,000 × 2 s × 1.7275390625 GB = 552,812.5 GB-seconds; × 0.0000133334
    expect(dollars['functions']).toBeCloseTo(7.370_870_187_5, 8);
    // 0.16 × 0.20
    expect(dollars['invocations']).toBeCloseTo(0.032, 8);
    expect(lambda?.dollars).toBeCloseTo(484.059, 3);
    expect(machine.dollars).toBeCloseTo(475.856, 3);
    // 4,096 GiB × 0.023
    expect(monthly?.dollars).toBeCloseTo(94.208, 8);
  });

  it('names the price of each line, its day and who says so', () => {
    const { lines } = costOfTransfer(library, terms).machine;
    expect(lines).toMatchObject([
      { unit: 'GB', unitPrice: 0.09, source: '--egress-price' },
      { unit: '1,000 PUTs', unitPrice: 0.005, at: defaultPrices.at, source: defaultPrices.source },
      { unit: '1,000 PUTs' },
    ]);
    expect(lines[0]).not.toHaveProperty('at');
  });

  it('has no egress in its sum where nobody said what that costs, and says so', () => {
    const { egressPrice: _, ...unknown } = terms;
    expect(costOfTransfer(library, unknown)).toMatchObject({ hasEgress: false, machine: { dollars: 80.032 } });
  });

  it('costs no PUTs in a folder, where functions cannot write', () => {
    const cost = costOfTransfer(library, { ...terms, isPaidByPut: false });
    expect(cost.machine.lines.map(({ what }) => what)).toEqual(['egress of the source']);
    expect(cost).not.toHaveProperty('lambda');
    expect(cost).not.toHaveProperty('monthly');
  });
});

it('The error of a sum is that of what it is made of', () => {
  const { machine } = costOfTransfer({ ...library, sizeBytes: { value: 1e12, error: 1e11 } }, terms);
  expect(machine.error).toBeCloseTo(9, 8);
});
