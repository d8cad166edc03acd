import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from './checksum.ts';
import { guardWrites } from './guard.ts';
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
    const guarded = guardWrites(store, capabilities);
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
  it('is asked to, without a look before each write', async () => {
    let looks = 0;
    const memory = openMemoryStore();
    const store: ObjectStore = { ...memory, head: (key, options) => (looks++, memory.head(key, options)) };
    const guarded = guardWrites(store, await probeStore(store, { signal }));
    looks = 0;
    const create = (): ReturnType<ObjectStore['put']> =>
      guarded.put('a.ts', body, crc32Hex(body), { ...plain, condition: { ifNoneMatch: '*' } });
    expect(await create()).toMatchObject({ result: 'stored' });
    expect(await create()).toEqual({ result: 'precondition-failed' });
    expect(looks).toBe(0);
  });
});

describe('a store that honours conditions for a PUT and not for an upload in parts', () => {
  it.each([{ ifNoneMatch: '*' }, { ifMatch: '"another"' }] as const)('is guarded by looking: %o', async (condition) => {
    const memory = openMemoryStore();
    const store: ObjectStore = {
      ...memory,
      upload: (key, { condition: _, ...options }) => memory.upload(key, options),
    };
    const guarded = guardWrites(store, await probeStore(store, { signal }));
    const foreign = Buffer.from('the only copy of something else');
    await store.put('a.ts', foreign, crc32Hex(foreign), plain);
    const upload = await guarded.upload('a.ts', { ...plain, condition });
    await upload.part(1, body, { signal });
    expect(await upload.complete(crc32Hex(body))).toEqual({ result: 'precondition-failed' });
    expect(memory.objects.get('a.ts')?.body).toEqual(foreign);
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
