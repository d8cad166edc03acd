import { expect, it } from 'vitest';
import { rankOf } from './sampling.ts';
import { createRankSet } from './rank-set.ts';

it('A set of ranks tells what came before from what is new, however many there are', () => {
  const set = createRankSet();
  const ranks = Array.from({ length: 20_000 }, (_, number) => rankOf('seed', String(number)));
  expect(ranks.every((rank) => set.add(rank))).toBe(true);
  expect(ranks.some((rank) => set.add(rank))).toBe(false);
  expect([set.add(0), set.add(0)]).toEqual([true, false]);
});
