import { defaultTokenParameters } from '../../domain/destination-key.ts';

/** Names of query parameters that only grant access: the usual ones and those configured, in lower case. */
export function tokenParametersFrom(names: readonly string[]): readonly string[] {
  return Object.freeze([...new Set([...defaultTokenParameters, ...names.map((name) => name.toLowerCase())])]);
}
