import { defaultTokenParameters } from '../../domain/destination-key.ts';

/** Query parameters that only grant access: the usual ones and those that were named, in lower case. */
export function tokenParametersFrom(names: readonly string[]): readonly string[] {
  return Object.freeze([...new Set([...defaultTokenParameters, ...names.map((name) => name.toLowerCase())])]);
}
