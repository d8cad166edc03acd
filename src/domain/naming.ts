import { identityOf, keyOfIdentity } from './destination-key.ts';
import type { KeyRules } from './destination-key.ts';
import { hrefWithoutTokens, mayHaveTokens } from './tokens.ts';

/** How a library names what URLs lead to. They are given as `URL.href` spells them. */
export interface Naming {
  /** As `identityOf`. */
  readonly identify: (href: string) => string;
  /** As `keyOf`. @throws {FlantsError} `key.unusable` */
  readonly keyAt: (href: string) => string;
}

/** Names for the URLs of one presentation: there are very many, most of them in one folder, and each is asked for several times. */
export function namingOf(rules: KeyRules): Naming {
  const { keyParameters = [] } = rules;
  const identify = memoized((href) =>
    keyParameters.length > 0 && mayHaveTokens(href, rules)
      ? identityOf(new URL(href), rules).href
      : hrefWithoutTokens(href, rules),
  );
  const folderKey = memoized((folder) => folderKeyOf(folder, rules));
  const keyAt = memoized((href) => {
    const identity = identify(href);
    const nameAt = identity.lastIndexOf('/') + 1;
    const name = identity.slice(nameAt);
    const folder = plainName.test(name) ? folderKey(identity.slice(0, nameAt)) : undefined;
    return folder !== undefined && folder.length + name.length <= surelyShort
      ? folder + name
      : keyOfIdentity(new URL(identity), rules);
  });
  return { identify, keyAt };
}

/** The last segment of a path with nothing to decode, and no dot segment or name that is reserved. */
const plainName = /^[^.%?#/][^%?#/]*$/;

/** Characters of a key that is not too long however many bytes each has. */
const surelyShort = 300;

/** What the keys of files in a folder begin with. Undefined where there is no telling. */
function folderKeyOf(folder: string, rules: KeyRules): string | undefined {
  // Then it is none.
  if (folder.includes('?')) return undefined;
  try {
    return keyOfIdentity(new URL(`${folder}x`), rules).slice(0, -1);
  } catch {
    return undefined;
  }
}

function memoized<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const value = known.get(text);
    if (value !== undefined) return value;
    const computed = compute(text);
    known.set(text, computed);
    return computed;
  };
}
