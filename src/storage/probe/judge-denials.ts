import { extname } from 'node:path/posix';
import { FlantsError, failureOf } from '../../domain/failure.ts';
import { second } from '../../domain/units.ts';
import { crc32Hex } from '../checksum.ts';
import type { ObjectStore, PutOptions } from '../object-store.ts';
import { overStore } from '../over-store.ts';
import { isDenied } from '../refusals.ts';
import { askPersistently } from './ask-persistently.ts';
import { probePrefix } from './key.ts';

const body = Buffer.from('written by flants to see which rights it has; can be deleted\n');
const plain = { contentType: 'text/plain', cacheControl: 'no-store' } as const;

/** How long the answer to a trial counts: many files of one folder are denied at a time. */
const trialHoldsMs = second;

/** What of a denied request a policy may be about, beside its key. */
interface Like extends Omit<PutOptions, 'signal' | 'condition' | 'integrity' | 'metadata'> {
  readonly ending: string;
  /** An upload needs further rights where a key of KMS encrypts. */
  readonly inParts: boolean;
}

type RequestOptions = Partial<PutOptions> & Pick<PutOptions, 'signal'>;

/**
 * Tells a key that is denied from a lack of rights, which concerns every key: where a request is denied, it tries what a
 * copy asks for with an object of its own. If all of that goes through, it throws `store.key-denied` in place of
 * `store.denied`. In doubt it leaves the failure as it is.
 *
 * @param store - guarded: the trial is made as this store wants it
 */
export function judgeDenials(store: ObjectStore, now: () => number = () => performance.now()): ObjectStore {
  const trials = new Map<string, { readonly at: number; readonly mayAll: Promise<boolean> }>();
  const mayWriteLike = (like: Like, signal: AbortSignal): Promise<boolean> => {
    for (const [name, { at }] of trials) if (now() - at >= trialHoldsMs) trials.delete(name);
    const name = JSON.stringify(like);
    const last = trials.get(name);
    if (last) return last.mayAll;
    const mayAll = tryRights(store, like, signal).catch(() => {
      // What was stopped tells others nothing.
      if (signal.aborted) trials.delete(name);
      return false;
    });
    trials.set(name, { at: now(), mayAll });
    return mayAll;
  };
  const judged = async <T>(request: Promise<T>, key: string, options: RequestOptions, inParts = false): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      if (!isDenied(error) || !(await mayWriteLike(likeOf(key, options, inParts), options.signal))) throw error;
      const { message, status } = failureOf(error);
      const details = { cause: error, ...(status === undefined ? {} : { status }) };
      throw new FlantsError('store.key-denied', `${message}; other keys may be written`, details);
    }
  };
  // Not the right to list, without which a copy goes on, nor that to delete, which may be for trials alone.
  return overStore(store, {
    head: (key, options) => judged(store.head(key, options), key, options),
    get: (key, options) => judged(store.get(key, options), key, options),
    put: (key, bytes, crc32, options) => judged(store.put(key, bytes, crc32, options), key, options),
    upload: async (key, options) => {
      const upload = await judged(store.upload(key, options), key, options, true);
      return {
        part: (number, bytes, part) => judged(upload.part(number, bytes, part), key, options, true),
        complete: (crc32) => judged(upload.complete(crc32), key, options, true),
        abort: () => upload.abort(),
      };
    },
  });
}

function likeOf(key: string, options: RequestOptions, inParts: boolean): Like {
  const { signal: _, condition: _c, integrity: _i, metadata: _m, ...headers } = options;
  return { ...plain, ...headers, ending: extname(key), inParts };
}

/** Writes an object as the one that was denied, and looks at it and at one that is not there. */
async function tryRights(
  store: ObjectStore,
  { ending, inParts, ...headers }: Like,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = askPersistently(store, signal);
  // One for all: whether it stands there already, or another process removes it, makes no difference to the answer.
  const key = `${probePrefix}-rights${ending}`;
  const options: PutOptions = { ...headers, condition: { ifNoneMatch: '*' }, signal };
  try {
    await asked.put(key, body, crc32Hex(body), options);
    if (inParts) await uploadTo(key, store, options);
    await asked.head(key, { signal });
    await asked.head(`${key}-none`, { signal });
    return true;
  } finally {
    await store.delete(key, { signal }).catch(() => undefined);
  }
}

async function uploadTo(key: string, store: ObjectStore, options: PutOptions): Promise<void> {
  const upload = await store.upload(key, options);
  try {
    await upload.part(1, body, options);
    await upload.complete(crc32Hex(body));
  } catch (error) {
    await upload.abort();
    throw error;
  }
}
