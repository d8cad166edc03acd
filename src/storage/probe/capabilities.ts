import { FlantsError } from '../../domain/failure.ts';
import { crc32Hex, md5Of } from '../checksum.ts';
import type {
  Integrity,
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
  WriteCondition,
} from '../object-store.ts';
import { isDenied, isUnknownRequest } from '../refusals.ts';
import { withEtagForm } from '../write-condition.ts';
import { askPersistently } from './ask-persistently.ts';
import type { ProbedStore } from './ask-persistently.ts';
import { findProbeKey } from './key.ts';

const body = Buffer.from('written by flants to learn what this store guards; can be deleted\n');
const crc32 = crc32Hex(body);
const md5: Integrity = { md5: md5Of(body).toString('base64') };

const wrongCrc32 = '00000000';
const wrongMd5: Integrity = { md5: Buffer.alloc(16).toString('base64') };

/** An ETag that no object has, to test `If-Match` with. */
const noSuchEtag = '"00000000000000000000000000000000"';

/** Because a store that lets nobody list gives all probes one key, and one may delete what another is about to look at. */
const attempts = 3;

/** One write of the probe's bytes. */
interface ProbeWrite {
  readonly key?: string;
  readonly crc32?: string;
  readonly integrity?: Integrity;
  readonly condition?: WriteCondition;
}

/** The store, and how it wants to be written to as far as that is known. */
interface Probe {
  readonly store: ProbedStore;
  readonly signal: AbortSignal;
  readonly key: string;
  /** Writes the probe's bytes, by default to `key` and over anything. */
  readonly write: (write?: ProbeWrite) => Promise<PutResult>;
  /** Never throws: a store may allow no deletion. */
  readonly remove: (key: string) => Promise<void>;
}

/** How the first write went through. */
interface FirstWrite {
  /** The condition without which the store allows no write. */
  readonly allowed: WriteCondition;
  readonly integrity: Integrity;
}

/**
 * Finds out by trial what a store guards and keeps and how it wants to be asked, with small objects that are deleted
 * afterwards. Each request is repeated a few times where the store is overloaded or breaks off.
 *
 * This is also the first look at the destination and the first write to it, so that problems with rights, bucket or
 * credentials show up here. Where only conditional writes are allowed, as a bucket policy may demand, it sends no others.
 *
 * @throws {FlantsError} as `ObjectStore.list`, `put` and `head`
 */
export async function probeStore(
  unprobed: ObjectStore,
  { signal }: { readonly signal: AbortSignal },
): Promise<StoreCapabilities> {
  const store = askPersistently(unprobed, signal);
  const options: PutOptions = {
    contentType: 'text/plain',
    cacheControl: 'no-store',
    metadata: { probe: 'flants' },
    signal,
  };
  const ownKey = await findProbeKey(unprobed, signal);
  const bare: Probe = {
    store,
    signal,
    key: ownKey,
    write: ({ key = ownKey, crc32: sum = crc32, ...how } = {}) => store.put(key, body, sum, { ...options, ...how }),
    remove: (key) => unprobed.delete(key, { signal }).catch(() => undefined),
  };

  const first = await writeFirst(bare);
  const probe: Probe = { ...bare, write: (how) => bare.write({ ...definedOf(first), ...how }) };
  try {
    // A store that is far away answers all of this in the time of the longest.
    const [conditions, checksums, emptySegments] = await allEnded([
      learnConditions(probe),
      learnChecksums(probe, first),
      keepsEmptySegments(probe),
    ]);
    return { ...conditions, unconditional: first.allowed === undefined, checksums, emptySegments };
  } finally {
    await probe.remove(ownKey);
  }
}

/** As `Promise.all`, but none of them goes on after this has thrown. */
async function allEnded<T extends readonly unknown[]>(promises: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** What it keeps of the first write, and by which conditions it guards it. */
async function learnConditions(
  probe: Probe,
): Promise<Pick<StoreCapabilities, 'createOnly' | 'replaceOnly' | 'etags' | 'metadata' | 'cacheControl'>> {
  const current = await probe.store.head(probe.key, { signal: probe.signal });
  return {
    createOnly: await isRefused(() => probe.write({ condition: { ifNoneMatch: '*' } })),
    ...(await learnReplacement(probe)),
    metadata: current?.metadata['probe'] === 'flants',
    cacheControl: current?.cacheControl === 'no-store',
  };
}

/** Writes the probe: without a condition and with a CRC-32 where that is allowed. */
async function writeFirst({ write }: Probe): Promise<FirstWrite> {
  const withIntegrity = async (condition: WriteCondition): Promise<FirstWrite> => {
    let refusal: unknown;
    for (const integrity of [undefined, md5, 'none'] as const) {
      try {
        await write({ condition, integrity });
        return { allowed: condition, integrity };
      } catch (error) {
        if (!isUnknownRequest(error)) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  };
  try {
    return await withIntegrity(undefined);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return withIntegrity({ ifNoneMatch: '*' });
  }
}

/** What other writes take over from the first. */
function definedOf({ allowed, integrity }: FirstWrite): ProbeWrite {
  return { condition: allowed, integrity };
}

/** Whether the condition of a write is honoured, which must refuse it. */
async function isRefused(write: () => Promise<PutResult>): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      if ((await write()).result === 'precondition-failed') return true;
    } catch (error) {
      // Some stores refuse unknown headers.
      if (isUnknownRequest(error)) return false;
      throw error;
    }
  }
  return false;
}

/**
 * Tries `If-Match` with the object's own ETag and with another, and both forms of it: a store may compare what was sent,
 * quotes and all, with an ETag that it keeps without.
 */
async function learnReplacement(probe: Probe): Promise<Pick<StoreCapabilities, 'replaceOnly' | 'etags'>> {
  const none = { replaceOnly: false, etags: 'quoted' } as const;
  const ifMatch = (etag: string, form: StoreCapabilities['etags']): Promise<PutResult> =>
    probe.write({ condition: withEtagForm({ ifMatch: etag }, form) });
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const current = await probe.store.head(probe.key, { signal: probe.signal });
      if (current?.etag === '') return none;
      for (const etags of ['quoted', 'bare'] as const) {
        if (!current || (await ifMatch(current.etag, etags)).result !== 'stored') continue;
        return (await isRefused(() => ifMatch(noSuchEtag, etags))) ? { replaceOnly: true, etags } : none;
      }
      // Somebody else's probe has replaced or deleted it.
      await probe.write();
    }
    return none;
  } catch (error) {
    // A store that denies every replacement replaces nothing wrong.
    if (isDenied(error)) return { replaceOnly: true, etags: 'quoted' };
    if (isUnknownRequest(error)) return none;
    throw error;
  }
}

/** Tries checksums that are wrong: many a store takes the header and does not look at it. */
async function learnChecksums(
  { store, signal, key, write, remove }: Probe,
  { integrity }: FirstWrite,
): Promise<StoreCapabilities['checksums']> {
  // Free as long as the store refuses wrong bytes, which a write with a condition would not show where something stands.
  const wrongBytesKey = `${key}-checksum`;
  const refuses = async (wrong: ProbeWrite): Promise<boolean> => {
    try {
      await write({ key: wrongBytesKey, ...wrong });
    } catch (error) {
      if (!isUnknownRequest(error) && !(error instanceof FlantsError && error.code === 'store.checksum')) throw error;
      // Some look at the checksum when they have stored the bytes, and leave them there.
      if (!(await store.head(wrongBytesKey, { signal }))) return true;
    }
    await remove(wrongBytesKey);
    return false;
  };
  const takes = async (right: ProbeWrite): Promise<boolean> => {
    try {
      await write(right);
      return true;
    } catch (error) {
      if (isUnknownRequest(error)) return false;
      throw error;
    }
  };
  if (integrity === undefined && (await refuses({ crc32: wrongCrc32 }))) return 'crc32';
  if (integrity !== 'none' && (await takes({ integrity: md5 })) && (await refuses({ integrity: wrongMd5 })))
    return 'md5';
  return 'none';
}

/** Writes a name with an empty segment, and looks for it by name and in a listing. */
async function keepsEmptySegments({ store, signal, key: ownKey, write, remove }: Probe): Promise<boolean> {
  const folder = `${ownKey}-names/`;
  const [key, folded] = [`${folder}/a`, `${folder}a`];
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await write({ key });
      if (await store.head(folded, { signal })) return false;
      if ((await store.head(key, { signal })) && (await store.keys(folder)).includes(key)) return true;
    }
    return false;
  } catch (error) {
    if (!(error instanceof FlantsError) || error.failure.retryable || error.code === 'aborted') throw error;
    return false;
  } finally {
    await remove(key);
    await remove(folded);
  }
}
