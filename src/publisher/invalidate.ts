import { invalidationReference, mostTakenInVain, splitPaths } from '../domain/invalidation.ts';
import { defaultPrices } from '../domain/cost/prices.ts';
import { told } from '../domain/replaced.ts';
import { folderOf } from '../domain/names/destination-key.ts';
import type { Cdn } from '../cdn/cdn.ts';
import type { Journal, Publication } from '../journal/journal.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Ports of the invalidation. */
export interface InvalidationPorts {
  readonly journal: Journal;
  readonly store: ObjectStore;
  readonly cdn?: Cdn;
  readonly now: () => number;
}

/**
 * Tells the CDN of what a recorded publication has replaced, and records that it was told. What nobody was told of, as
 * without a CDN, stays in the record for a later publication.
 *
 * @returns the number of paths
 * @throws {FlantsError} as `Cdn` and `ObjectStore`
 */
export async function invalidateReplaced(
  publication: Publication,
  { journal, store, cdn, now }: InvalidationPorts,
  signal: AbortSignal,
): Promise<number> {
  const { video, replaced } = publication;
  if (!cdn || !replaced || replaced.stale.length === 0) return 0;
  const paths = await pathsOf(replaced.stale, { cdn, store }, signal);
  for (const part of splitPaths(paths, cdn.limits)) {
    const reference = invalidationReference(cdn.name, { video, since: replaced.since }, part);
    await cdn.invalidate({ reference, paths: part }, { signal });
  }
  const invalidated = { by: cdn.name, paths: paths.length, at: new Date(now()).toISOString() };
  await journal.recordPublication({ ...publication, replaced: told(replaced, invalidated) });
  return paths.length;
}

/** Paths of keys: one for each, or a wildcard for a folder of which nearly everything was replaced. */
async function pathsOf(
  keys: readonly string[],
  { cdn, store }: { readonly cdn: Cdn; readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const all = new Set(keys);
  const paths = new Set<string>();
  for (const [folder, members] of Map.groupBy(keys, folderOf)) {
    const single = members.flatMap((key) => cdn.pathOf(key) ?? []);
    const inVain = mostTakenInVain(single.length, defaultPrices);
    const below = folder === '' || inVain === undefined ? undefined : cdn.pathOf(folder);
    const isWorthIt =
      below !== undefined && !(await holdsMoreOthers(folder, all, { most: inVain ?? 0, store, signal }));
    for (const path of isWorthIt ? [`${below}*`] : single) paths.add(path);
  }
  return [...paths].toSorted();
}

/** Whether a folder and those below it hold more objects than `most` beside these. */
async function holdsMoreOthers(
  folder: string,
  keys: ReadonlySet<string>,
  { most, store, signal }: { readonly most: number; readonly store: ObjectStore; readonly signal: AbortSignal },
): Promise<boolean> {
  let others = 0;
  for await (const { key } of store.list(folder, { signal })) {
    if (!keys.has(key)) others += 1;
    if (others > most) return true;
  }
  return false;
}
