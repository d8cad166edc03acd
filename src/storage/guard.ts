import { FlantsError } from '../domain/failure.ts';
import { md5Of } from './checksum.ts';
import { confirmObject } from './confirm-object.ts';
import { overStore } from './over-store.ts';
import { isConditionMet, withEtagForm } from './write-condition.ts';
import type {
  Integrity,
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
  WriteCondition,
} from './object-store.ts';

/** Looks at a key that is to be written whatever stands there, where every write needs a condition. */
const maxLooks = 4;

/**
 * Writes as a store wants to be written to, and stands in for the guards that it lacks.
 *
 * A store that ignores conditions is looked at before each write. An upload is always checked before it completes: some
 * stores honour conditions for PUT only, and probing that would leave uploads behind. This protects objects that were
 * there already, but not what another program writes between the look and the write. Reports say so by
 * `StoreCapabilities`.
 *
 * A store that checks no bytes has what was written compared: by the ETag if it is the MD5 of the bytes, or else by its
 * own CRC-32, or else by reading it. So has one that does not say which ETag it gave.
 *
 * Where a policy allows conditional writes only, one without a condition replaces what it sees.
 */
export function guardWrites(store: ObjectStore, capabilities: StoreCapabilities): ObjectStore {
  const { checksums, etags } = capabilities;
  const isHonoured = (condition: WriteCondition): boolean => {
    if (condition === undefined) return true;
    return 'ifMatch' in condition ? capabilities.replaceOnly && condition.ifMatch !== '' : capabilities.createOnly;
  };
  const mayWrite = async (key: string, { condition, signal }: PutOptions): Promise<boolean> =>
    isConditionMet(condition, await store.head(key, { signal }));
  /** What the store is told of these bytes. */
  const integrityOf = (body: Uint8Array): { readonly integrity?: Integrity } => {
    if (checksums === 'crc32') return {};
    return { integrity: checksums === 'md5' ? { md5: md5Of(body).toString('base64') } : 'none' };
  };
  /** A condition as the store wants it, or none where it honours none: some stores refuse such headers. */
  const adapted = (options: PutOptions): PutOptions => {
    const { condition } = options;
    const wanted = isHonoured(condition) ? withEtagForm(condition, etags) : undefined;
    return wanted === condition ? options : { ...options, condition: wanted };
  };
  /** The condition of a write that has none, where the store demands one. */
  const conditionOfAny = async (key: string, signal: AbortSignal): Promise<WriteCondition> => {
    const current = await store.head(key, { signal });
    return current ? { ifMatch: current.etag } : { ifNoneMatch: '*' };
  };

  const write: ObjectStore['put'] = async (key, body, crc32, options) => {
    if (!isHonoured(options.condition) && !(await mayWrite(key, options))) return { result: 'precondition-failed' };
    const written = await store.put(key, body, crc32, { ...adapted(options), ...integrityOf(body) });
    if (written.result !== 'stored') return written;
    const { etag } = written;
    if (etag !== '' && (checksums !== 'none' || isMd5(etag, body))) return written;
    return { result: 'stored', etag: await confirmObject(store, { key, crc32, etag }, options.signal) };
  };
  const writeOverAny: ObjectStore['put'] = async (key, body, crc32, options): Promise<PutResult> => {
    for (let looks = 0; looks < maxLooks; looks++) {
      const condition = await conditionOfAny(key, options.signal);
      const written = await write(key, body, crc32, { ...options, condition });
      if (written.result === 'stored') return written;
    }
    throw new FlantsError('store.status', `${key} changed at ${store.name} each time it was about to be written`, {
      retryable: true,
    });
  };

  return overStore(store, {
    put: (key, body, crc32, options) =>
      options.condition === undefined && !capabilities.unconditional
        ? writeOverAny(key, body, crc32, options)
        : write(key, body, crc32, options),
    upload: async (key, wanted) => {
      const isOpenToAny = wanted.condition === undefined;
      const condition =
        isOpenToAny && !capabilities.unconditional ? await conditionOfAny(key, wanted.signal) : wanted.condition;
      const options: PutOptions = condition === undefined ? wanted : { ...wanted, condition };
      const begun = await store.upload(key, {
        ...adapted(options),
        ...(checksums === 'crc32' ? {} : { integrity: 'none' }),
      });
      return {
        part: (number, body, partOptions) => begun.part(number, body, { ...partOptions, ...integrityOf(body) }),
        complete: async (crc32) => {
          if (condition === undefined || (await mayWrite(key, options))) return begun.complete(crc32);
          await begun.abort();
          return { result: 'precondition-failed' };
        },
        abort: () => begun.abort(),
      };
    },
  });
}

/** Whether an ETag is the MD5 of these bytes: then the store has worked it out from what arrived. */
function isMd5(etag: string, body: Uint8Array): boolean {
  return /^"[0-9a-f]{32}"$/i.test(etag) && etag.slice(1, -1).toLowerCase() === md5Of(body).toString('hex');
}
