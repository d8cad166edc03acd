import { identityOf, keyOfIdentity } from './destination-key.ts';
import type { KeyRules } from './destination-key.ts';
import { hrefWithoutTokens, mayHaveTokens } from './tokens.ts';

/** How a library names what URLs lead to. They are given as `URL.href` spells them. */
export interface Naming {
  readonly rules: KeyRules;
  /** As `identityOf`. */
  readonly identify: (href: string) => string;
  /** As `keyOf`. @throws {FlantsError} `key.unusable` */
  readonly keyAt: (href: string) => string;
}

interface Name {
  readonly identity: string;
  /** Absent until it is asked for. */
  key?: string;
}

/**
 * Names for the URLs of one presentation: there are very many, most of them in one folder, and each is asked for several
 * times. What was worked out is kept as long as the naming is.
 */
export function namingOf(rules: KeyRules): Naming {
  const names = new Map<string, Name>();
  const folderKeys = new Map<string, string | undefined>();
  const nameOf = (href: string): Name => {
    const known = names.get(href);
    if (known) return known;
    const name = { identity: identityIn(href, rules) };
    names.set(href, name);
    return name;
  };
  const folderKey = (folder: string): string | undefined => {
    if (!folderKeys.has(folder)) folderKeys.set(folder, folderKeyOf(folder, rules));
    return folderKeys.get(folder);
  };
  return {
    rules,
    identify: (href) => nameOf(href).identity,
    keyAt: (href) => {
      const name = nameOf(href);
      return (name.key ??= plainKey(name.identity, folderKey) ?? keyOfIdentity(new URL(name.identity), rules));
    },
  };
}

/** The naming of a library in which these tokens choose the object: the same one where they do already. */
export function withKeyParameters(naming: Naming, keyParameters: readonly string[]): Naming {
  const { keyParameters: present = [] } = naming.rules;
  const haveAll = (some: readonly string[], others: readonly string[]): boolean =>
    others.every((name) => some.includes(name));
  return haveAll(present, keyParameters) && haveAll(keyParameters, present)
    ? naming
    : namingOf({ ...naming.rules, keyParameters });
}

function identityIn(href: string, rules: KeyRules): string {
  const { keyParameters = [] } = rules;
  return keyParameters.length > 0 && mayHaveTokens(href, rules)
    ? identityOf(new URL(href), rules).href
    : hrefWithoutTokens(href, rules);
}

/** The last segment of a path with nothing to decode, and no dot segment or name that is reserved. */
const plainName = /^[^.%?#/][^%?#/]*$/;

/** Characters of a key that is not too long however many bytes each has. */
const surelyShort = 300;

/** The key of a URL whose name needs no work. Undefined of all others. */
function plainKey(identity: string, folderKey: (folder: string) => string | undefined): string | undefined {
  const nameAt = identity.lastIndexOf('/') + 1;
  const name = identity.slice(nameAt);
  const folder = plainName.test(name) ? folderKey(identity.slice(0, nameAt)) : undefined;
  return folder !== undefined && folder.length + name.length <= surelyShort ? folder + name : undefined;
}

/** What the keys of files in a folder begin with. Undefined where there is no telling. */
function folderKeyOf(folder: string, rules: KeyRules): string | undefined {
  // A slash of a query.
  if (folder.includes('?')) return undefined;
  try {
    return keyOfIdentity(new URL(`${folder}x`), rules).slice(0, -1);
  } catch {
    return undefined;
  }
}
