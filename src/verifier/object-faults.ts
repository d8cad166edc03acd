import { failureOf } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { placeOf } from '../domain/names/tokens.ts';

/** Failures by which a server or store shows that something is wrong with one object, and not that nothing can be had from it. */
const faultsOfObjects: ReadonlySet<FailureCode> = new Set([
  'source.status', 'source.wrong-body', 'source.short-body', 'source.redirects', 'source.refused', 'source.forbidden',
  'source.too-large', 'store.key', 'store.archived', 'verify.wrong-body',
] as const); // prettier-ignore

/**
 * What `read` returns, or what `problem` makes of a fault of the object that it reads.
 *
 * @param endsWith - faults to throw all the same
 * @throws {FlantsError} whatever else `read` throws
 */
export async function orProblem<T, U>(
  read: () => Promise<T>,
  problem: (code: FailureCode, message: string) => U,
  endsWith: (code: FailureCode) => boolean = () => false,
): Promise<T | U> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = failureOf(error);
    if (!faultsOfObjects.has(code) || endsWith(code)) throw error;
    return problem(code, message);
  }
}

/** Says where an object is that a server redirects to another host. */
export function elsewhere(finalUrl: string): string {
  return `it is redirected to ${placeOf(new URL(finalUrl))}, outside the copy`;
}
