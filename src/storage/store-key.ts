import { FlantsError } from '../domain/failure.ts';

/** S3 holds no longer keys; folders hold shorter names still. */
const maxKeyBytes = 1024;

/**
 * Refuses keys that no store can be trusted with: a dot segment would be resolved on the way
 * (RFC 3986 section 5.2.4), and lead out of the prefix.
 *
 * @throws {FlantsError} `store.key`
 */
export function assertStorableKey(key: string, storeName: string): void {
  const problem = problemOf(key);
  if (problem === undefined) return;
  throw new FlantsError('store.key', `${storeName} cannot hold ${JSON.stringify(key)}: the key ${problem}`);
}

function problemOf(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return 'has a dot segment';
  if (key.includes('\0') || !key.isWellFormed()) return 'is not text';
  // A character has at most three bytes for each of its units: most keys need no counting.
  if (key.length > maxKeyBytes / 3 && Buffer.byteLength(key) > maxKeyBytes)
    return `is longer than ${maxKeyBytes} bytes`;
  return undefined;
}

/** Orders keys by their UTF-8 bytes, as stores list them; JavaScript orders surrogates before U+E000. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return byCodePoint(x) - byCodePoint(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above all other code units, as the characters that they make are above all others. */
function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
