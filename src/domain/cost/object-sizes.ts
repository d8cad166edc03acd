import { exactly, extrapolate, sumOf, sumOfStratum } from './estimate.ts';
import type { Measure } from './estimate.ts';
import type { VideoId } from '../video.ts';

/** What follows from the size of an object. */
export interface SizeFacts {
  readonly bytes: number;
  /** Requests that write it. */
  readonly puts: number;
  /** 1 where it goes out in parts. */
  readonly parted: number;
}

/** How objects are written. */
export interface WriteLimits {
  /** Larger ones go out in parts. */
  readonly maxHeldBytes: number;
  readonly partBytes: number;
}

/** Sums over objects, by what was known before anybody asked: the ends of their byte ranges, or 0. */
export interface ObjectTally extends SizeFacts {
  readonly objects: number;
}

/** An object that was asked about. */
export interface SizedObject {
  readonly video: VideoId;
  readonly key: string;
  readonly atLeastBytes: number;
  readonly sizeBytes: number;
}

/** Objects whose sizes are alike, all of them and those that were asked about, which were taken at random. */
export interface SizedGroup {
  readonly host: string;
  readonly perVideo: ReadonlyMap<VideoId, ObjectTally>;
  readonly sized: readonly SizedObject[];
}

/** The videos that were looked at, of how many. */
export interface VideoPopulation {
  readonly videos: readonly VideoId[];
  readonly population: number;
}

/** Nothing yet. */
export const noObjects: ObjectTally = { objects: 0, bytes: 0, puts: 0, parted: 0 };

/** What follows from the size of an object. */
export function factsOf(sizeBytes: number, { maxHeldBytes, partBytes }: WriteLimits): SizeFacts {
  if (sizeBytes <= maxHeldBytes) return { bytes: sizeBytes, puts: 1, parted: 0 };
  // Its parts, its beginning and its end.
  return { bytes: sizeBytes, puts: Math.ceil(sizeBytes / partBytes) + 2, parted: 1 };
}

/** Adds an object of which so much is known. */
export function withObject(tally: ObjectTally, facts: SizeFacts): ObjectTally {
  return {
    objects: tally.objects + 1,
    bytes: tally.bytes + facts.bytes,
    puts: tally.puts + facts.puts,
    parted: tally.parted + facts.parted,
  };
}

/** Sums of two. */
export function sumOfTallies(a: ObjectTally, b: ObjectTally): ObjectTally {
  return {
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
    puts: a.puts + b.puts,
    parted: a.parted + b.parted,
  };
}

/** All objects of a group. */
export function tallyOf({ perVideo }: Pick<SizedGroup, 'perVideo'>): ObjectTally {
  return [...perVideo.values()].reduce(sumOfTallies, noObjects);
}

/**
 * Estimates a sum over all objects of a library. Each group is a stratum, so what hosts, roles and kinds of files differ in
 * makes no error; the difference between an object and its byte ranges is what is estimated, so those without a rest make none
 * either. Where only some videos were looked at, each is taken to have what its objects would have on average, and the surplus of
 * those that were asked about: then how videos differ is in the error.
 */
export function estimateObjects(
  groups: readonly SizedGroup[],
  fact: keyof SizeFacts,
  limits: WriteLimits,
  { videos, population }: VideoPopulation,
): Measure {
  const strata = groups.map((group) => {
    const excesses = group.sized.map((object) => excessOf(object, fact, limits));
    const all = tallyOf(group);
    return { group, excesses, all, sum: sumOfStratum({ count: all.objects, known: all[fact], excesses }) };
  });
  const sum = strata.length === 0 ? exactly(0) : sumOf(strata.map((stratum) => stratum.sum));
  if (videos.length >= population) return sum;
  const each = new Map(videos.map((video) => [video, 0]));
  const add = (video: VideoId, value: number): void => void each.set(video, (each.get(video) ?? 0) + value);
  for (const { group, excesses, all } of strata) {
    const mean = excesses.reduce((total, excess) => total + excess, 0) / Math.max(1, excesses.length);
    for (const [video, tally] of group.perVideo) add(video, tally[fact] + tally.objects * mean);
    for (const [at, { video }] of group.sized.entries())
      add(video, (((excesses[at] ?? 0) - mean) * all.objects) / excesses.length);
  }
  return extrapolate(sum, [...each.values()], population);
}

function excessOf(object: SizedObject, fact: keyof SizeFacts, limits: WriteLimits): number {
  return factsOf(object.sizeBytes, limits)[fact] - factsOf(object.atLeastBytes, limits)[fact];
}
