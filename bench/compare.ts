import { tableOf } from './figures.ts';
import { readResults } from './results.ts';
import type { ResultFile } from './results.ts';

/** Figures of which less is better. Others, such as how many files there were, must be the same. */
const costs = /(seconds|Seconds|Ms|Bytes)$/;
/** Sizes of what was copied. */
const settings = /(fileBytes|sizeBytes|roundTripMs)$/;

/**
 * Compares two files of results figure by figure.
 *
 * @param tolerance - share by which a cost may grow before it counts as a regression
 * @returns how many costs grew by more
 */
export function compare(beforePath: string, afterPath: string, tolerance: number): number {
  const [before, after] = [figuresOf(readResults(beforePath)), figuresOf(readResults(afterPath))];
  const shared = [...before].flatMap(([name, was]) => {
    const is = after.get(name);
    return is === undefined || !costs.test(name) || settings.test(name) ? [] : [{ name, was, is, ratio: is / was }];
  });
  if (shared.length === 0) throw new Error('the two files have no figure in common');
  const verdict = (ratio: number): string => {
    if (ratio > 1 + tolerance) return 'WORSE';
    return ratio < 1 / (1 + tolerance) ? 'better' : '';
  };
  const rows = shared.map(({ name, was, is, ratio }) => [
    name,
    was.toPrecision(4),
    is.toPrecision(4),
    ratio.toFixed(2),
    verdict(ratio),
  ]);
  console.log(tableOf([['', 'before', 'after', 'ratio', ''], ...rows]));
  const worse = shared.filter(({ ratio }) => ratio > 1 + tolerance).length;
  console.log(`\n${shared.length} figures, ${worse} worse by more than ${Math.round(tolerance * 100)} %`);
  return worse;
}

/** All numbers, by the bench, its settings and the names that lead to them. */
function figuresOf({ results }: ResultFile): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'number') figures.set(name, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(`${name} ${key}`, inner);
    }
  };
  for (const { bench, case: which, ...rest } of results) add([bench, which].filter(Boolean).join(' '), rest);
  return figures;
}
