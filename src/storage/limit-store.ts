import type { ObjectStore, Upload } from './object-store.ts';
import { takeFrom } from './shared-rate.ts';
import type { SharedRate } from './shared-rate.ts';

/** Keys in one page of a listing. */
const pageKeys = 1000;

/** Limits how often a store is asked: each call, each part of an upload, and each page of a listing is a request. */
export function limitStore(store: ObjectStore, requests: SharedRate): ObjectStore {
  const turn = (signal: AbortSignal): Promise<void> => takeFrom(requests, 1, signal);
  return {
    name: store.name,
    limits: store.limits,
    head: async (key, options) => {
      await turn(options.signal);
      return store.head(key, options);
    },
    get: async (key, options) => {
      await turn(options.signal);
      return store.get(key, options);
    },
    put: async (key, body, crc32, options) => {
      await turn(options.signal);
      return store.put(key, body, crc32, options);
    },
    upload: async (key, options): Promise<Upload> => {
      await turn(options.signal);
      const upload = await store.upload(key, options);
      return {
        part: async (number, body, part) => {
          await turn(part.signal);
          await upload.part(number, body, part);
        },
        complete: async (crc32) => {
          await turn(options.signal);
          return upload.complete(crc32);
        },
        abort: () => upload.abort(),
      };
    },
    async *list(prefix, options) {
      let count = 0;
      await turn(options.signal);
      for await (const object of store.list(prefix, options)) {
        if (++count % pageKeys === 0) await turn(options.signal);
        yield object;
      }
    },
    delete: async (key, options) => {
      await turn(options.signal);
      return store.delete(key, options);
    },
    close: () => store.close(),
  };
}
