import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { JournalObjects } from './objects.ts';

const contentType = 'text/plain';
const quick = { maxTries: 3, baseDelayMs: 1, maxDelayMs: 1, maxTotalMs: 1_000 };

/** A store that refuses as many requests as there are codes, one after the other. */
function refusing(codes: FailureCode[], store: ObjectStore = openMemoryStore('s3://private')): ObjectStore {
  const refuse = (): void => {
    const code = codes.shift();
    if (code !== undefined) throw new FlantsError(code, 'refused', { retryAfterMs: 1 });
  };
  return {
    ...store,
    put: async (...parts) => (refuse(), store.put(...parts)),
    get: async (...parts) => (refuse(), store.get(...parts)),
    delete: async (...parts) => (refuse(), store.delete(...parts)),
    async *list(...parts) {
      for await (const object of store.list(...parts)) {
        refuse();
        yield object;
      }
    },
  };
}

function over(store: ObjectStore, signal = new AbortController().signal): JournalObjects {
  return new JournalObjects(store, signal, quick);
}

describe('objects of the journal', () => {
  it('survive a store that refuses for a moment', async () => {
    const codes: FailureCode[] = [];
    const objects = over(refusing(codes));
    codes.push('store.throttled', 'store.unreachable');
    await objects.write('a', Buffer.from('A'), { contentType });
    codes.push('store.timeout', 'store.status');
    expect((await objects.read('a'))?.toString()).toBe('A');
    codes.push('store.throttled');
    await objects.remove('a');
    expect(await objects.read('a')).toBeUndefined();
  });

  it('are each listed once, even if the listing breaks off', async () => {
    const store = openMemoryStore();
    const plain = over(store);
    for (const key of ['p/a', 'p/b', 'p/c', 'q/d']) await plain.write(key, Buffer.from(key), { contentType });
    const objects = over(refusing(['store.throttled', 'store.unreachable'], store));
    const listed: string[] = [];
    for await (const key of objects.list('p/')) listed.push(key);
    expect(listed).toEqual(['p/a', 'p/b', 'p/c']);
  });

  it('are given up after a few tries, with what the store said', async () => {
    const codes: FailureCode[] = ['store.throttled', 'store.throttled', 'store.throttled', 'store.throttled'];
    const failure = await over(refusing(codes))
      .read('a')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failure: {
        code: 'state.unusable',
        retryable: true,
        retryAfterMs: 1,
        message: 'the journal in s3://private cannot be used: refused',
      },
    });
    expect(codes).toHaveLength(1);
  });

  it('are given up at once where somebody must mend something, who is told what', async () => {
    for (const code of ['store.denied', 'store.no-bucket', 'store.credentials', 'store.full'] as const) {
      const codes: FailureCode[] = [code, code];
      await expect(over(refusing(codes)).read('a')).rejects.toMatchObject({ code });
      expect(codes).toHaveLength(1);
    }
    await expect(over(refusing(['store.key'])).read('a')).rejects.toMatchObject({ code: 'state.unusable' });
  });

  it('are not waited for any longer when it is over', async () => {
    const over15Minutes = { ...quick, baseDelayMs: 900_000, maxDelayMs: 900_000, maxTotalMs: 1e9 };
    const stop = new AbortController();
    const objects = new JournalObjects(refusing(['store.throttled']), stop.signal, over15Minutes);
    const reading = objects.read('a');
    setImmediate(() => stop.abort());
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
  });

  it('are created by the first only, where that is asked for', async () => {
    const objects = over(openMemoryStore());
    expect(await objects.write('a', Buffer.from('1'), { contentType, createOnly: true })).toBe(true);
    expect(await objects.write('a', Buffer.from('2'), { contentType, createOnly: true })).toBe(false);
    expect((await objects.read('a'))?.toString()).toBe('1');
  });
});
