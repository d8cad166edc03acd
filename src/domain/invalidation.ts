import { hash } from 'node:crypto';
import type { PriceList } from './cost/prices.ts';
import type { VideoId } from './video.ts';

/** Fewer paths are spelled out: they cost next to nothing, and a wildcard takes more than it must. */
const manyPaths = 10;
/** Of what a wildcard takes, no more than this share of what it is for may be good still. */
const mostGoodShare = 0.1;

/**
 * How many objects that are good still a wildcard over a folder may take with it. A path costs the same with or without a
 * wildcard, and what is taken in vain is fetched again; so by the price alone a wildcard wins nearly always. Players
 * would wait all the same, so that it may take little in vain.
 *
 * @param paths - of the folder, that are to be invalidated
 * @returns undefined where the paths are better spelled out whatever else is in the folder
 */
export function mostTakenInVain(
  paths: number,
  { invalidationPath, thousandGets }: Pick<PriceList, 'invalidationPath' | 'thousandGets'>,
): number | undefined {
  if (paths < manyPaths) return undefined;
  const saved = (paths - 1) * invalidationPath;
  if (saved <= 0) return undefined;
  const byPrice = thousandGets > 0 ? Math.floor(saved / (thousandGets / 1_000)) : Infinity;
  return Math.min(byPrice, Math.floor(paths * mostGoodShare));
}

/** Parts of a list of paths, none longer than the limits of one request. */
export function splitPaths(
  paths: readonly string[],
  { maxPaths, maxWildcards }: { readonly maxPaths: number; readonly maxWildcards: number },
): readonly (readonly string[])[] {
  const [wildcards = [], single = []] = [true, false].map((wanted) =>
    paths.filter((path) => path.endsWith('*') === wanted),
  );
  const parts = (of: readonly string[], size: number): (readonly string[])[] =>
    Array.from({ length: Math.ceil(of.length / size) }, (_, at) => of.slice(at * size, (at + 1) * size));
  return [...parts(wildcards, maxWildcards), ...parts(single, maxPaths)];
}

/** Names a request so that it has the same name whoever repeats it, and whenever. */
export function invalidationReference(
  by: string,
  { video, since }: { readonly video: VideoId; readonly since: string },
  paths: readonly string[],
): string {
  return `flants-${hash('sha256', JSON.stringify([by, video, since, paths]), 'hex').slice(0, 40)}`;
}
