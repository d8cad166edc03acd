import { setTimeout as sleep } from 'node:timers/promises';
import type { Cdn } from './cdn.ts';

/** How many paths a request adds to those under way. */
export interface PathCounts {
  readonly single: number;
  readonly wildcards: number;
}

/** Keeps what is under way within what a CDN allows. */
export interface ProgressWindow {
  /** Resolves when there is room. What is found to be done makes room. Throws what `isDone` throws. */
  room(wanted: PathCounts, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Counts a request that was accepted. */
  add(id: string, counts: PathCounts): void;
}

/**
 * Creates a window over the requests of this process. Others may have some under way as well, which the CDN's own refusals tell.
 *
 * @param limits - most paths under way, by kind
 * @param isDone - asks the CDN for a request, and only where there is no room; undefined where it does not say
 */
export function createProgressWindow(
  limits: Cdn['limits'],
  isDone: (id: string, options: { readonly signal: AbortSignal }) => Promise<boolean | undefined>,
  pollMs: number,
): ProgressWindow {
  /** The oldest first. */
  const underWay = new Map<string, PathCounts>();
  const isTooMuch = (wanted: PathCounts): boolean => {
    const sum = (of: keyof PathCounts): number =>
      [...underWay.values()].reduce((counted, counts) => counted + counts[of], wanted[of]);
    return underWay.size > 0 && (sum('single') > limits.maxPaths || sum('wildcards') > limits.maxWildcards);
  };
  return {
    async room(wanted, options) {
      while (isTooMuch(wanted)) {
        const before = underWay.size;
        for (const id of underWay.keys()) {
          // Where it may not be asked, the CDN's refusals must do.
          if ((await isDone(id, options)) !== false) underWay.delete(id);
          if (!isTooMuch(wanted)) return;
        }
        if (underWay.size === before) await sleep(pollMs, undefined, options);
      }
    },
    add: (id, counts) => void underWay.set(id, counts),
  };
}

/** Counts paths by their kind. */
export function countPaths(paths: readonly string[]): PathCounts {
  const wildcards = paths.filter((path) => path.endsWith('*')).length;
  return { single: paths.length - wildcards, wildcards };
}
