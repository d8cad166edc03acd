import type { ObjectStore } from './object-store.ts';

/** A store that does some things otherwise than the one that it stands over. */
export function overStore(store: ObjectStore, otherwise: Partial<ObjectStore>): ObjectStore {
  return {
    name: store.name,
    limits: store.limits,
    head: (...request) => store.head(...request),
    get: (...request) => store.get(...request),
    put: (...request) => store.put(...request),
    upload: (...request) => store.upload(...request),
    list: (...request) => store.list(...request),
    delete: (...request) => store.delete(...request),
    close: () => store.close(),
    ...otherwise,
  };
}
