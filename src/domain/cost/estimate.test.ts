import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/model/random.ts';
import { estimateOf, exactly, extrapolate, sumOf, sumOfStratum } from './estimate.ts';

describe('the sum of a stratum', () => {
  it('is exact where all were looked at, and where nothing is to be looked at', () => {
    expect(estimateOf(sumOfStratum({ count: 3, known: 0, excesses: [10, 20, 60] }))).toEqual({ value: 90, error: 0 });
    expect(estimateOf(sumOfStratum({ count: 0, known: 0, excesses: [] }))).toEqual({ value: 0, error: 0 });
  });

  it('is the mean for each, with the error of a sample without replacement', () => {
    // s² = 700, variance = 100² × 0.97 × 700 / 3, t(2) = 4.303
    const { value, error } = estimateOf(sumOfStratum({ count: 100, known: 0, excesses: [10, 20, 60] }));
    expect([value, error]).toEqual([3_000, Math.ceil(4.303 * Math.sqrt((10_000 * 0.97 * 700) / 3))]);
  });

  it('has no error where the ends of byte ranges were the ends of the files', () => {
    expect(estimateOf(sumOfStratum({ count: 50, known: 1_234, excesses: [0, 0, 0] }))).toEqual({
      value: 1_234,
      error: 0,
    });
  });

  it('of which one was looked at may be anything up to its double and more', () => {
    const { value, error } = estimateOf(sumOfStratum({ count: 10, known: 0, excesses: [5] }));
    expect(value).toBe(50);
    expect(error).toBeGreaterThan(value);
  });
});

describe('an error', () => {
  it('holds the truth in 95 of 100 cases, for sizes as skewed as those of segments', () => {
    const { next: random } = seededRandom(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const strata = [
      Array.from({ length: 3_000 }, () => Math.exp(13 + 0.6 * normal())),
      Array.from({ length: 800 }, () => Math.exp(10 + 0.3 * normal())),
    ];
    const truth = strata.flat().reduce((sum, size) => sum + size, 0);
    let held = 0;
    for (let run = 0; run < 400; run++) {
      const measures = strata.map((sizes) => {
        const excesses = Array.from({ length: 100 }, () => sizes[Math.floor(random() * sizes.length)] ?? 0);
        return sumOfStratum({ count: sizes.length, known: 0, excesses });
      });
      const { value, error } = estimateOf(sumOf(measures));
      if (Math.abs(value - truth) <= error) held += 1;
    }
    // 380 are expected, with a standard deviation of 4.4.
    expect(held).toBeGreaterThan(362);
    expect(held).toBeLessThan(396);
  });
});

describe('from some videos to all', () => {
  it('is what it was where all were taken', () => {
    expect(extrapolate(exactly(30), [10, 20], 2)).toEqual(exactly(30));
  });

  it('adds how videos differ to the error of the sum itself', () => {
    const equal = extrapolate(exactly(300), [100, 100, 100], 30);
    expect(estimateOf(equal)).toEqual({ value: 3_000, error: 0 });
    const guessed = extrapolate({ value: 300, variance: 10, freedom: 100 }, [100, 100, 100], 30);
    expect(guessed).toMatchObject({ value: 3_000, variance: 100 });
    const various = extrapolate(exactly(300), [50, 100, 150], 30);
    expect(various.variance).toBeCloseTo((30 ** 2 * 0.9 * 2_500) / 3);
  });
});
