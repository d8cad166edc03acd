import { describe, expect, it } from 'vitest';
import { allocate, createSample, rankOf } from './sampling.ts';

const names = Array.from({ length: 5_000 }, (_, number) => `vod/${number}.ts`);

function sampled(seed: string, order: readonly string[], size = 100): readonly string[] {
  const sample = createSample<string>(size);
  for (const name of order) sample.offer(rankOf(seed, name), () => name);
  expect(sample.count()).toBe(order.length);
  return sample.items();
}

describe('a sample', () => {
  it('is the same for a seed in whatever order things come, and another for another', () => {
    const first = sampled('a', names);
    expect(sampled('a', names.toReversed())).toEqual(first);
    expect(sampled('b', names)).not.toEqual(first);
    expect(new Set(first).size).toBe(100);
  });

  it('begins with every smaller one', () => {
    expect(sampled('a', names, 10)).toEqual(sampled('a', names).slice(0, 10));
  });

  it('of two that were taken apart is that of all', () => {
    const samples = [names.slice(0, 700), names.slice(700)].map((part) => {
      const sample = createSample<string>(100);
      for (const name of part) sample.offer(rankOf('a', name), () => name);
      return sample;
    });
    const [first, second] = samples as [(typeof samples)[number], (typeof samples)[number]];
    first.absorb(second);
    expect(first.items()).toEqual(sampled('a', names));
    expect(first.count()).toBe(names.length);
  });

  it('is all there is where that is less', () => {
    expect(sampled('a', names.slice(0, 7)).toSorted()).toEqual(names.slice(0, 7).toSorted());
  });

  it('takes each with the same chance', () => {
    const hits = Array.from({ length: 200 }, (_, seed) => sampled(`seed ${seed}`, names.slice(0, 100), 20)).flat();
    const counts = names.slice(0, 100).map((name) => hits.filter((hit) => hit === name).length);
    // 40 are expected of each, with a standard deviation of 5.7.
    expect(Math.min(...counts)).toBeGreaterThan(15);
    expect(Math.max(...counts)).toBeLessThan(65);
  });
});

describe('dividing a sample among groups', () => {
  it.each([
    ['all of it, where the sample is as large', [3, 5], 10, 2, [3, 5]],
    ['by size, after the least of each', [1_000, 100, 3], 100, 10, [10 + 70, 10 + 6, 3]],
    ['the least of each, though that is more', [50, 50, 50], 10, 5, [5, 5, 5]],
  ])('%s', (_, counts, total, least, expected) => {
    expect(allocate(counts, total, least)).toEqual(expected);
  });
});
