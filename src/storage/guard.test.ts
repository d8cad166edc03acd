import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex, md5Of } from './checksum.ts';
import { guardWrites } from './guard.ts';
import { openMemoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import type { ObjectStore, PutOptions } from './object-store.ts';
import { probeStore } from './probe/capabilities.ts';

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
    expect(capabilities).toMatchObject({ createOnly: false, replaceOnly: false, checksums: 'crc32', metadata: true });
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

it('a store that does not say which ETag it gave is asked', async () => {
  const memory = openMemoryStore();
  const store: ObjectStore = {
    ...memory,
    put: async (...write) => {
      const written = await memory.put(...write);
      return written.result === 'stored' ? { ...written, etag: '' } : written;
    },
  };
  const guarded = guardWrites(store, await probeStore(store, { signal }));
  const written = await guarded.put('a.ts', body, crc32Hex(body), plain);
  expect(written).toEqual({ result: 'stored', etag: (await memory.head('a.ts', { signal }))?.etag });
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
    const found = await probeStore(kept, { signal });
    expect(found).toMatchObject({ createOnly: true });
    expect(found).toEqual(await probeStore(openMemoryStore(), { signal }));
    const [key = '', ...others] = store.objects.keys();
    expect(others).toEqual([`${key}-names//a`]);
  });

  it('asks for the bucket before it writes', async () => {
    let writes = 0;
    const { objects: _, ...memory } = openMemoryStore();
    const noBucket = new FlantsError('store.no-bucket', 'there is no such bucket');
    const store: ObjectStore = {
      ...memory,
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(noBucket) }) }),
      put: (...write) => (writes++, memory.put(...write)),
    };
    await expect(probeStore(store, { signal })).rejects.toMatchObject({ failure: { code: 'store.no-bucket' } });
    expect(writes).toBe(0);
  });

  it('does not mind that it may not list', async () => {
    const denied = new FlantsError('store.denied', 'no right');
    const store: ObjectStore = {
      ...openMemoryStore(),
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(denied) }) }),
    };
    expect(await probeStore(store, { signal })).toMatchObject({ replaceOnly: true, emptySegments: false });
  });

  it('repeats each request that meets a passing failure', async () => {
    const passing = [
      new FlantsError('store.throttled', 'slow down', { status: 503 }),
      new FlantsError('store.status', 'internal error', { status: 500, retryable: true }),
      new FlantsError('store.unreachable', 'the connection broke'),
    ];
    let calls = 0;
    // Every fourth request fails, in another way each time.
    const stumble = (): void => {
      const failure = passing[(calls / 4) % passing.length];
      if (calls++ % 4 === 0 && failure) throw failure;
    };
    const { objects: _, ...memory } = openMemoryStore();
    const store: ObjectStore = {
      ...memory,
      head: async (...request) => (stumble(), memory.head(...request)),
      put: async (...request) => (stumble(), memory.put(...request)),
      list: (...request) => (stumble(), memory.list(...request)),
    };
    expect(await probeStore(store, { signal })).toEqual(await probeStore(memory, { signal }));
    expect(calls).toBeGreaterThan(passing.length * 4);
  }, 20_000);
});

describe('a store that wants the ETag without its quotes', () => {
  it('is found out, and asked so', async () => {
    const memory = openMemoryStore();
    const store: ObjectStore = {
      ...memory,
      put: async (key, bytes, crc32, options) => {
        const { condition } = options;
        if (!condition || !('ifMatch' in condition)) return memory.put(key, bytes, crc32, options);
        if (condition.ifMatch.includes('"')) return { result: 'precondition-failed' };
        return memory.put(key, bytes, crc32, { ...options, condition: { ifMatch: `"${condition.ifMatch}"` } });
      },
    };
    const capabilities = await probeStore(store, { signal });
    expect(capabilities).toMatchObject({ replaceOnly: true, etags: 'bare' });
    const guarded = guardWrites(store, capabilities);
    await guarded.put('a.ts', body, crc32Hex(body), plain);
    const condition = { ifMatch: (await guarded.head('a.ts', { signal }))?.etag ?? '' };
    const replace = (): ReturnType<ObjectStore['put']> =>
      guarded.put('a.ts', body, crc32Hex(body), { ...plain, condition });
    expect(await replace()).toMatchObject({ result: 'stored' });
    expect(await replace()).toEqual({ result: 'precondition-failed' });
  });
});

describe('a store that checks no bytes', () => {
  const other = Buffer.from('these');
  /** Damages what comes for some keys, and has ETags that tell nothing. */
  function blind(): MemoryStore {
    const memory = openMemoryStore();
    return {
      ...memory,
      put: (key, bytes, _, options) => {
        const arrived = key.startsWith('damaged') ? other : bytes;
        return memory.put(key, arrived, crc32Hex(arrived), options);
      },
    };
  }

  it('has each object compared when it was written, and keeps none with other bytes', async () => {
    const store = blind();
    const capabilities = await probeStore(store, { signal });
    expect(capabilities.checksums).toBe('none');
    const guarded = guardWrites(store, capabilities);
    expect(await guarded.put('a.ts', body, crc32Hex(body), plain)).toMatchObject({ result: 'stored' });
    await expect(guarded.put('damaged.ts', body, crc32Hex(body), plain)).rejects.toMatchObject({
      failure: { code: 'store.checksum', retryable: true },
    });
    expect([...store.objects.keys()]).toEqual(['a.ts']);
  });

  it('is also one that refuses them, and has stored them', async () => {
    const memory = openMemoryStore();
    const store: ObjectStore = {
      ...memory,
      put: async (key, bytes, crc32, options) => {
        const written = await memory.put(key, bytes, crc32Hex(bytes), options);
        if (crc32 !== crc32Hex(bytes)) throw new FlantsError('store.checksum', 'other bytes arrived', { status: 400 });
        return written;
      },
    };
    expect(await probeStore(store, { signal })).toMatchObject({ checksums: 'none' });
    expect([...memory.objects.keys()]).toEqual([]);
  });

  it('whose ETag is the MD5 of the bytes is not asked for them', async () => {
    const { objects: _, ...store } = openMemoryStore();
    let looks = 0;
    const counting: ObjectStore = {
      ...store,
      head: (...request) => (looks++, store.head(...request)),
      put: async (...write) => {
        const answer = await store.put(...write);
        return answer.result === 'stored' ? { ...answer, etag: `"${md5Of(write[1]).toString('hex')}"` } : answer;
      },
    };
    const capabilities = { ...(await probeStore(store, { signal })), checksums: 'none' } as const;
    await guardWrites(counting, capabilities).put('a.ts', body, crc32Hex(body), plain);
    expect(looks).toBe(0);
  });
});
