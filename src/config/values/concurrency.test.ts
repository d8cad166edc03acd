import { describe, expect, it } from 'vitest';
import { usualCopyThreads } from './concurrency.ts';

describe('the threads of a copy', () => {
  it.each([
    [1, 1],
    [2, 1],
    [8, 7],
  ])('leave one of %i cores to the main thread, where there are several', (cores, threads) => {
    expect(usualCopyThreads(cores)).toBe(threads);
  });
});
