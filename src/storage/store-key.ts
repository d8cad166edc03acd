import { FlantsError } from '../domain/failure.ts';

/** The limit of S3. File systems allow even less for a single name. */
const maxKeyBytes = 1024;

/**
 * Refuses keys that are not safe in every store. A dot segment, for example, would be resolved on the way (RFC 3986
 * section 5.2.4) and lead out of the prefix.
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
  // A UTF-16 code unit takes at most three bytes in UTF-8, so that most keys need no counting.
  if (key.length > maxKeyBytes / 3 && Buffer.byteLength(key) > maxKeyBytes)
    return `is longer than ${maxKeyBytes} bytes`;
  return undefined;
}
