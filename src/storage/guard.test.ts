import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from './checksum.ts';
import { guardByLooking } from './guard.ts';
import { openMemoryStore } from './memory-store.ts';
import type { ObjectStore, PutOptions } from './object-store.ts';
import { probeStore } from './probe.ts';

const { signal } = new AbortController();
const plain: PutOptions = { contentType: 'text/plain', cacheControl: 'no-store', signal };
const body = Buffer.from('bytes');

/** A store that takes no notice of conditions, or says that it does not know them. */
function careless(refuse: boolean): ObjectStore {
  const { objects: _, ...memory } = openMemoryStore();
  return {
    ...memory,
    put: async (key, bytes, crc32, { condition, ...options }) => {
      if (condition && refuse)
        throw new FlantsError('store.status', 'what is If-None-Match?', { status: 501, retryable: false });
      return memory.put(key, bytes, crc32, options);
    },
  };
}

describe.each([
  ['ignores conditions', false],
  ['refuses conditions', true],
])('a store that %s', (_, refuse) => {
  it('is found out, and guarded by looking', async () => {
    const store = careless(refuse);
    const capabilities = await probeStore(store, { signal });
    expect(capabilities).toEqual({ createOnly: false, replaceOnly: false, checksums: true, metadata: true });
    const guarded = guardByLooking(store, capabilities);
    const put = (condition: PutOptions['condition']) =>
      guarded.put('a.ts', body, crc32Hex(body), { ...plain, condition });
    expect(await put({ ifMatch: '"1"' })).toEqual({ result: 'precondition-failed' });
    const first = await put({ ifNoneMatch: '*' });
    expect(first).toMatchObject({ result: 'stored' });
    expect(await put({ ifNoneMatch: '*' })).toEqual({ result: 'precondition-failed' });
    expect(await put({ ifMatch: first.result === 'stored' ? first.etag : '' })).toMatchObject({ result: 'stored' });
  });
});

describe('a store that honours conditions', () => {
  it('is used as it is', async () => {
    const store = openMemoryStore();
    expect(guardByLooking(store, await probeStore(store, { signal }))).toBe(store);
  });
});

describe('probeStore', () => {
  it('throws what the first write meets', async () => {
    const store: ObjectStore = {
      ...openMemoryStore(),
      put: () => Promise.reject(new FlantsError('store.denied', 'no right')),
    };
    await expect(probeStore(store, { signal })).rejects.toMatchObject({ failure: { code: 'store.denied' } });
  });

  it('does not mind that it may not delete', async () => {
    const store = openMemoryStore();
    const kept: ObjectStore = { ...store, delete: () => Promise.reject(new FlantsError('store.denied', 'no right')) };
    expect(await probeStore(kept, { signal })).toMatchObject({ createOnly: true });
    expect([...store.objects.keys()]).toEqual(['.flants-probe']);
  });
});
