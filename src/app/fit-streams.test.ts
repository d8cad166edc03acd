import { describe, expect, it } from 'vitest';
import { fitStreams, freeDescriptors, reductionOf } from './fit-streams.ts';

const wanted = { threads: 32, concurrency: 128 };

describe('fitStreams', () => {
  it('changes nothing where there is room, or no limit', () => {
    for (const free of [undefined, 10_000]) expect(fitStreams(wanted, free)).toEqual(wanted);
    expect(reductionOf(wanted, wanted)).toBeUndefined();
  });

  it.each([
    [23, { threads: 1, concurrency: 1 }],
    [40, { threads: 2, concurrency: 7 }],
    [100, { threads: 8, concurrency: 22 }],
    [400, { threads: 32, concurrency: 112 }],
  ])('fits into %i descriptors', (free, expected) => {
    expect(fitStreams(wanted, free)).toEqual(expected);
    expect(reductionOf(wanted, expected)).toContain('ulimit -n');
  });

  it('says so where there is no room for one file', () => {
    expect(() => fitStreams(wanted, 22)).toThrow(/may open 22 more files, and needs 23/);
  });
});

describe('freeDescriptors', () => {
  it.skipIf(process.platform === 'win32')('counts those of this process', async () => {
    expect(await freeDescriptors()).toBeGreaterThan(0);
  });
});
