import { isConditionMet } from './write-condition.ts';
import type { ObjectStore, PutOptions, StoreCapabilities, WriteCondition } from './object-store.ts';

/**
 * Guards writes to a store that ignores conditions: looks at the object before it writes. Before it completes an upload it
 * always looks, since some stores honour conditions for a PUT only, and a
 * probe of that would leave uploads behind.
 *
 * That keeps what has stood there for a while, not what another writer puts there between the look and the
 * write; `StoreCapabilities` says so in reports.
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

/** Some stores refuse the headers that they do not honour. */
function withoutCondition({ condition: _, ...options }: PutOptions): PutOptions {
  return options;
}
