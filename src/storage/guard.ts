import { isConditionMet } from './write-condition.ts';
import type { ObjectStore, PutOptions, StoreCapabilities, WriteCondition } from './object-store.ts';

/**
 * Guards writes to a store that ignores conditions, by looking at the object before each write. An upload is always
 * checked before it completes: some stores honour conditions for PUT only, and probing that would leave uploads behind.
 *
 * This protects objects that were there already, but not what another program writes between the look and the write.
 * Reports say so by `StoreCapabilities`.
 */
export function guardWrites(store: ObjectStore, capabilities: StoreCapabilities): ObjectStore {
  const isHonoured = (condition: WriteCondition): boolean =>
    condition === undefined || ('ifMatch' in condition ? capabilities.replaceOnly : capabilities.createOnly);
  const mayWrite = async (key: string, { condition, signal }: PutOptions): Promise<boolean> =>
    isConditionMet(condition, await store.head(key, { signal }));

  return {
    name: store.name,
    limits: store.limits,
    head: (key, options) => store.head(key, options),
    get: (key, options) => store.get(key, options),
    put: async (key, body, crc32, options) => {
      if (isHonoured(options.condition)) return store.put(key, body, crc32, options);
      if (!(await mayWrite(key, options))) return { result: 'precondition-failed' };
      return store.put(key, body, crc32, withoutCondition(options));
    },
    upload: async (key, options) => {
      if (options.condition === undefined) return store.upload(key, options);
      const upload = await store.upload(key, isHonoured(options.condition) ? options : withoutCondition(options));
      return {
        part: (number, body, partOptions) => upload.part(number, body, partOptions),
        complete: async (crc32) => {
          if (await mayWrite(key, options)) return upload.complete(crc32);
          await upload.abort();
          return { result: 'precondition-failed' };
        },
        abort: () => upload.abort(),
      };
    },
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
    close: () => store.close(),
  };
}

/** Drops the condition: some stores refuse conditional headers that they do not honour. */
function withoutCondition({ condition: _, ...options }: PutOptions): PutOptions {
  return options;
}
