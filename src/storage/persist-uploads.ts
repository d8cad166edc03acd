import { second } from '../domain/units.ts';
import type { ObjectStore } from './object-store.ts';
import { overStore } from './over-store.ts';
import { persistently } from './persistently.ts';
import type { Persistence } from './persistently.ts';

/** The source sends nothing meanwhile, and may not wait for long. */
const whenUploading: Persistence = {
  attempts: 7,
  backoff: { baseDelayMs: second / 4, maxDelayMs: 4 * second },
  isPatient: false,
  // The upload is gone, and no request brings it back.
  isAnswer: ({ status }) => status === 404,
};

/**
 * A store whose uploads do not fail for one request that is throttled or breaks off: all parts that went before would
 * have to be fetched and sent again, and one of hundreds is likely to.
 */
export function persistUploads(store: ObjectStore): ObjectStore {
  return overStore(store, {
    async upload(key, options) {
      const ask = <T>(request: () => Promise<T>): Promise<T> => persistently(request, options.signal, whenUploading);
      const upload = await ask(() => store.upload(key, options));
      return {
        part: (...part) => ask(() => upload.part(...part)),
        complete: (crc32) => ask(() => upload.complete(crc32)),
        abort: () => upload.abort(),
      };
    },
  });
}
