import { FlantsError } from '../domain/failure.ts';

/** An object that wants a key. */
export interface ObjectAddress {
  readonly fetchUrl: string;
  /** From which the key derives. */
  readonly keyUrl: string;
}

/**
 * Who has which key of one presentation. Two objects that want the same one are an error, not a race.
 *
 * Two addresses are the same object when they differ in tokens alone, in ways of percent-encoding that mean the same,
 * or in the host that redirects of the same place gave, as per-request edge hosts do.
 */
export class KeyClaims<T extends ObjectAddress> {
  readonly #owners = new Map<string, T>();
  readonly #identityOf: (url: string) => string;

  /** @param identityOf - the URL without what only grants access */
  constructor(identityOf: (url: string) => string) {
    this.#identityOf = identityOf;
  }

  /**
   * @returns who has the key: the claimant, or the same object claimed before
   * @throws {FlantsError} `key.conflict` when another object has it
   */
  claim(key: string, claimant: T): T {
    const owner = this.#owners.get(key);
    if (!owner) {
      this.#owners.set(key, claimant);
      return claimant;
    }
    if (!this.#isSame(owner, claimant)) throw this.conflict(key, owner, claimant);
    return owner;
  }

  /** The error that names both. */
  conflict(key: string, owner: ObjectAddress, claimant: ObjectAddress): FlantsError {
    const [one, other] = [owner, claimant].map(({ fetchUrl }) => this.#identityOf(fetchUrl));
    return new FlantsError('key.conflict', `${one} and ${other} would both be stored as ${key}`);
  }

  #isSame(one: ObjectAddress, other: ObjectAddress): boolean {
    if (one.fetchUrl === other.fetchUrl) return true;
    const [a, b] = [this.#canonical(one.fetchUrl), this.#canonical(other.fetchUrl)];
    if (a.href === b.href) return true;
    const bothRedirected = one.fetchUrl !== one.keyUrl && other.fetchUrl !== other.keyUrl;
    const samePlace = this.#canonical(one.keyUrl).href === this.#canonical(other.keyUrl).href;
    return bothRedirected && samePlace && a.pathname === b.pathname;
  }

  #canonical(url: string): URL {
    const canonical = new URL(this.#identityOf(url));
    canonical.pathname = normalizeEscapes(canonical.pathname);
    return canonical;
  }
}

/** RFC 3986 section 6.2.2: unreserved characters need no escape, and hexadecimal digits are upper case. */
function normalizeEscapes(path: string): string {
  return path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}
