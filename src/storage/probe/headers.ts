import { FlantsError } from '../../domain/failure.ts';
import { treatmentOf } from '../../domain/object-headers.ts';
import type { HeaderPolicy, ObjectRole, ObjectTreatment } from '../../domain/object-headers.ts';
import { documentRoles, fileRoles } from '../../domain/revision.ts';
import { crc32Hex } from '../checksum.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';
import { askPersistently } from './ask-persistently.ts';
import { findProbeKey } from './key.ts';

const body = Buffer.from('written by flants to learn what this store does with headers; can be deleted\n');

const roles: readonly ObjectRole[] = [...new Set([...fileRoles, ...documentRoles])];

/** The storage class of objects that say nothing of it; no answer names it. */
const usualClass = 'STANDARD';

/**
 * Writes a small object for each treatment that a policy asks for, so that a right that is lacking, a wrong key or an unknown
 * class shows before the first file, and looks at what became of it.
 *
 * @param store - guarded: the write is made as this store wants it
 * @returns what the store does not do, of what was asked for
 * @throws {FlantsError} as `ObjectStore.put`, naming the role
 */
export async function tryHeaders(
  store: ObjectStore,
  policy: HeaderPolicy,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly (keyof ObjectTreatment)[]> {
  const key = `${await findProbeKey(store, signal)}-headers`;
  const persistent = askPersistently(store, signal);
  const untreated = new Set<keyof ObjectTreatment>();
  for (const [treatment, role] of distinctTreatments(policy)) {
    try {
      const options = { contentType: 'text/plain', cacheControl: 'no-store', ...treatment, signal };
      await persistent.put(key, body, crc32Hex(body), options);
      const seen = await persistent.head(key, { signal });
      for (const part of missingIn(treatment, seen)) untreated.add(part);
    } catch (error) {
      if (!(error instanceof FlantsError) || error.failure.retryable || error.code === 'aborted') throw error;
      throw new FlantsError(
        error.code,
        `the destination does not take what --header-policy says of the role ${role}: ${error.message}`,
        { cause: error },
      );
    } finally {
      // A store may allow no deletion.
      await store.delete(key, { signal }).catch(() => undefined);
    }
  }
  return [...untreated];
}

/** Each treatment once, with the first role that has it. */
function distinctTreatments(policy: HeaderPolicy): readonly (readonly [ObjectTreatment, ObjectRole])[] {
  const distinct = new Map<string, readonly [ObjectTreatment, ObjectRole]>();
  for (const role of roles) {
    const treatment = treatmentOf(role, policy);
    const text = JSON.stringify(treatment);
    if (text !== '{}' && !distinct.has(text)) distinct.set(text, [treatment, role]);
  }
  return [...distinct.values()];
}

function missingIn(
  { storageClass, encryption, tags }: ObjectTreatment,
  seen: StoredObject | undefined,
): readonly (keyof ObjectTreatment)[] {
  const missing: (keyof ObjectTreatment)[] = [];
  if (storageClass !== undefined && (seen?.storageClass ?? usualClass) !== storageClass) missing.push('storageClass');
  if (encryption !== undefined && seen?.encryption !== encryption.algorithm) missing.push('encryption');
  if (tags !== undefined && seen?.tagCount !== Object.keys(tags).length) missing.push('tags');
  return missing;
}
