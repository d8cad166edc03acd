import { describe, expect, it } from 'vitest';
import { limitReached, mayBegin } from './budget.ts';

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
});
