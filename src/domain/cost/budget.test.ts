import { describe, expect, it } from 'vitest';
import { budgetReportOf, fetchedBy, limitReached, mayBegin, spentOf } from './budget.ts';
import type { Evidence, Proof } from '../outcome.ts';

const nothing = { files: 0, bytes: 0, dollars: 0 };
const some = { files: 10, bytes: 1_000, dollars: 2 };

describe('a budget', () => {
  it.each([
    [{}, some, undefined],
    [{ files: 11, bytes: 1_001, dollars: 2.1 }, some, undefined],
    [{ files: 10 }, some, 'files'],
    [{ files: 11, bytes: 900 }, some, 'bytes'],
    [{ dollars: 2 }, some, 'dollars'],
    [{ dollars: 0 }, nothing, 'dollars'],
  ] as const)('%j of which %j is spent has reached %s', (budget, spent, reached) => {
    expect(limitReached(budget, spent)).toBe(reached);
  });

  it.each([
    ['alone, as long as nothing is known of what files cost', { bytes: 1 }, nothing, 0, true],
    ['not beside another then', { bytes: 1_000_000 }, nothing, 1, false],
    ['beside others then, where only files are counted', { files: 100 }, nothing, 99, true],
    ['while those under way leave something', { files: 100 }, some, 89, true],
    ['not when they take all that is left', { files: 100 }, some, 90, false],
    ['not when they are likely to, by what files have cost', { bytes: 2_000 }, some, 10, false],
    ['not when any limit says so', { files: 1_000, dollars: 3 }, some, 5, false],
  ])('lets a batch begin %s', (_, budget, spent, underWay, expected) => {
    expect(mayBegin(budget, spent, underWay)).toBe(expected);
  });

  it('is spent by bytes out of the source, requests that write, and functions', () => {
    const facts = { files: 3, bytes: 2e9, puts: 4_000, functionDollars: 0.5 };
    const terms = { budget: { dollars: 0.7 }, egressPrice: 0.09, thousandPuts: 0.005, pricesAt: '2026-11-29' };
    expect(spentOf(facts, terms)).toEqual({ files: 3, bytes: 2e9, dollars: 0.18 + 0.02 + 0.5 });
    expect(budgetReportOf(facts, terms)).toMatchObject({ reached: 'dollars', pricesAt: '2026-11-29' });
    expect(budgetReportOf(facts, { ...terms, budget: { dollars: 0.8 } })).not.toHaveProperty('reached');
  });

  it.each([
    ['written', { files: 1, bytes: 10 }],
    ['same-checksum', { files: 1, bytes: 10 }],
    ['not-modified', undefined],
    ['present', undefined],
    ['absent-optional', undefined],
  ] as const)('counts a file that is %s as %j', (proof: Proof, expected) => {
    const evidence = { proof, sizeBytes: 10 } as Evidence;
    expect(fetchedBy({ index: 0, kind: 'copied', evidence })).toEqual(expected);
  });
});
