import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/model/random.ts';
import { estimateOf } from './estimate.ts';
import { estimateObjects, factsOf, noObjects, withObject } from './object-sizes.ts';
import type { ObjectTally, SizedGroup } from './object-sizes.ts';
import { MiB } from '../units.ts';

const limits = { maxHeldBytes: 16 * MiB, partBytes: 8 * MiB };

/** All objects of a group, of which some were asked about. */
function group(
  sizes: readonly (readonly [video: string, sizeBytes: number, atLeastBytes?: number])[],
  asked: number,
): SizedGroup {
  const perVideo = new Map<string, ObjectTally>();
  for (const [video, , atLeast = 0] of sizes)
    perVideo.set(video, withObject(perVideo.get(video) ?? noObjects, factsOf(atLeast, limits)));
  const sized = sizes.slice(0, asked).map(([video, sizeBytes, atLeastBytes = 0], at) => ({
    video,
    key: `${video}/${at}`,
    sizeBytes,
    atLeastBytes,
  }));
  return { host: 'cdn.example', perVideo, sized };
}

const both = { videos: ['a', 'b'], population: 2 };

it('writes a small object with one request, and a large one with its parts', () => {
  const facts = [0, 16, 17, 80].map((size) => factsOf(size, { maxHeldBytes: 16, partBytes: 8 }));
  expect(facts.map(({ puts }) => puts)).toEqual([1, 1, 5, 12]);
  expect(facts.map(({ parted }) => parted)).toEqual([0, 0, 1, 1]);
});

describe('the sum over all objects', () => {
  it('is exact where all were asked about: bytes, requests, and what goes out in parts', () => {
    const groups = [group([['a', 10], ['b', 20 * MiB]], 2)]; // prettier-ignore
    const estimates = (['bytes', 'puts', 'parted'] as const).map((fact) => estimateObjects(groups, fact, limits, both));
    expect(estimates.map(estimateOf)).toEqual([
      { value: 20 * MiB + 10, error: 0 },
      { value: 1 + 5, error: 0 },
      { value: 1, error: 0 },
    ]);
  });

  it('has the ends of byte ranges in it, also of objects that nobody asked about', () => {
    const groups = [group([['a', 500, 500], ['a', 700, 700], ['b', 900, 900]], 2)]; // prettier-ignore
    expect(estimateOf(estimateObjects(groups, 'bytes', limits, both))).toEqual({ value: 2_100, error: 0 });
  });

  it('of nothing is nothing', () => {
    expect(estimateOf(estimateObjects([], 'bytes', limits, { videos: [], population: 0 }))).toEqual({
      value: 0,
      error: 0,
    });
  });

  it('holds the truth in 95 of 100 cases, when only some videos were looked at, which differ', () => {
    const random = seededRandom(11);
    const videos = Array.from({ length: 400 }, (_, number) => {
      const bitrate = 1_000 + random.below(3_000);
      return Array.from(
        { length: 20 + random.below(60) },
        () => [String(number), bitrate * (0.5 + random.next())] as const,
      );
    });
    const truth = videos.flat().reduce((sum, [, size]) => sum + size, 0);
    const shuffled = <T>(items: readonly T[]): readonly T[] =>
      items.map((item) => [random.next(), item] as const).toSorted(([a], [b]) => a - b).map(([, item]) => item); // prettier-ignore
    let held = 0;
    for (let run = 0; run < 100; run++) {
      const taken = shuffled(videos).slice(0, 40);
      const population = { videos: taken.map(([first]) => first?.[0] ?? ''), population: videos.length };
      const { value, error } = estimateOf(
        estimateObjects([group(shuffled(taken.flat()), 200)], 'bytes', limits, population),
      );
      if (Math.abs(value - truth) <= error) held += 1;
    }
    expect(held).toBeGreaterThan(88);
  });
});
