import type { ObjectStore, StoredObject } from './object-store.ts';

/** Sends a request, again where that may help: `persistently`, or what else decides how often. */
type Ask = <T>(request: () => Promise<T>) => Promise<T>;

/** Lists a store. A listing that breaks off goes on behind its last key. */
export async function* listPersistently(
  store: Pick<ObjectStore, 'list'>,
  prefix: string,
  { signal, after }: Parameters<ObjectStore['list']>[1],
  ask: Ask,
): AsyncGenerator<StoredObject> {
  let last = after;
  let listing: AsyncIterator<StoredObject> | undefined;
  const next = async (): Promise<IteratorResult<StoredObject, unknown>> => {
    listing ??= store.list(prefix, { signal, ...(last === undefined ? {} : { after: last }) })[Symbol.asyncIterator]();
    try {
      return await listing.next();
    } catch (error) {
      // It is over with that.
      listing = undefined;
      throw error;
    }
  };
  try {
    for (let found = await ask(next); !found.done; found = await ask(next)) {
      last = found.value.key;
      yield found.value;
    }
  } finally {
    await listing?.return?.();
  }
}
