import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandOfRetry, bands, planBatches } from './batch.ts';
import { countOf, indicesOf, toRanges } from './index-ranges.ts';

test('retries overtake, fresh goes before the backlog', () => {
  const { freshRetry, fresh, backlogRetry, backlog } = bands;
  expect([freshRetry, fresh, backlogRetry, backlog]).toEqual([1, 2, 5, 10]);
});

test('a retry that was charged overtakes, one that only waited takes its turn', () => {
  const bandOf = (fresh: boolean, waits: number): number => bandOfRetry({ fresh, waits });
  expect([bandOf(true, 0), bandOf(false, 0)]).toEqual([bands.freshRetry, bands.backlogRetry]);
  expect([bandOf(true, 1), bandOf(false, 1)]).toEqual([bands.fresh, bands.backlog]);
});

test('a video of 250 files makes three batches, the last one short', () => {
  expect(planBatches([[0, 250]], [], { maxFiles: 100 })).toEqual([[[0, 100]], [[100, 200]], [[200, 250]]]);
});

test('scattered files fill one batch', () => {
  expect(
    planBatches(
      [
        [0, 2],
        [5, 6],
        [8, 12],
      ],
      [],
      { maxFiles: 5 },
    ),
  ).toEqual([
    [
      [0, 2],
      [5, 6],
      [8, 10],
    ],
    [[10, 12]],
  ]);
});

test('what leases carry is left out', () => {
  expect(planBatches([[0, 10]], [[[2, 4]], [[3, 8]]], { maxFiles: 3 })).toEqual([
    [
      [0, 2],
      [8, 9],
    ],
    [[9, 10]],
  ]);
});

test('nothing left to send makes no batch', () => {
  expect(planBatches([], [], { maxFiles: 100 })).toEqual([]);
  expect(planBatches([[3, 5]], [[[0, 9]]], { maxFiles: 100 })).toEqual([]);
});

test('a batch that may hold nothing is refused', () => {
  for (const maxFiles of [0, -1, Number.NaN]) {
    expect(() => planBatches([[0, 1]], [], { maxFiles })).toThrow(expect.objectContaining({ code: 'internal' }));
  }
});

test('every free file is in exactly one batch, in playing order, and only the last batch has room', () => {
  const indices = fc.array(fc.nat(40)).map(toRanges);
  fc.assert(
    fc.property(
      indices,
      fc.array(indices, { maxLength: 3 }),
      fc.integer({ min: 1, max: 9 }),
      (open, carried, maxFiles) => {
        const batches = planBatches(open, carried, { maxFiles });
        const taken = new Set(carried.flatMap((ranges) => [...indicesOf(ranges)]));
        expect(batches.flatMap((batch) => [...indicesOf(batch)])).toEqual(
          [...indicesOf(open)].filter((index) => !taken.has(index)),
        );
        expect(batches.slice(0, -1).every((batch) => countOf(batch) === maxFiles)).toBe(true);
        expect(countOf(batches.at(-1) ?? [])).toBeLessThanOrEqual(maxFiles);
      },
    ),
  );
});
