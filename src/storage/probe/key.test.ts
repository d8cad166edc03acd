import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../domain/failure.ts';
import { minute } from '../../domain/units.ts';
import { crc32Hex } from '../checksum.ts';
import { openMemoryStore } from '../memory-store.ts';
import type { ObjectStore } from '../object-store.ts';
import { findProbeKey } from './key.ts';

const { signal } = new AbortController();
const now = Date.parse('2026-03-01T12:00:00Z');
const body = Buffer.from('left');

/** A store with objects of processes that were killed. */
async function storeWith(...keys: readonly string[]) {
  const store = openMemoryStore();
  for (const key of keys)
    await store.put(key, body, crc32Hex(body), { contentType: 'text/plain', cacheControl: 'no-store', signal });
  return store;
}

describe('the key of a probe', () => {
  it('is another for each process', async () => {
    const store = openMemoryStore();
    const keys = [await findProbeKey(store, signal, now), await findProbeKey(store, signal, now)];
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^\.flants-probe-/);
  });

  it('leaves those of others at work alone, and removes what is older than an hour', async () => {
    const [old, recent] = [61, 59].map((ago) => findProbeKey(openMemoryStore(), signal, now - ago * minute));
    const kept = [await recent, `${await recent}-names//a`].map(String);
    const stale = [await old, `${await old}-checksum`, '.flants-probe', '.flants-probe-headers'].map(String);
    const store = await storeWith('a.ts', ...kept, ...stale);
    await findProbeKey(store, signal, now);
    expect([...store.objects.keys()]).toEqual(['a.ts', ...kept]);
  });

  it('is that of an old one where a store lets nobody delete', async () => {
    const old = await findProbeKey(openMemoryStore(), signal, now - 61 * minute);
    const refuse = { delete: () => Promise.reject(new FlantsError('store.denied', 'no right')) };
    const keyIn = async (...keys: readonly string[]): Promise<string> =>
      findProbeKey({ ...(await storeWith(...keys)), ...refuse }, signal, now);
    expect(await keyIn(`${old}-names//a`)).toBe(old);
    expect(await keyIn('.flants-probe-headers')).toBe('.flants-probe');
    expect(await keyIn()).not.toBe('.flants-probe');
  });

  it('is one for all where a store lets nobody list', async () => {
    const denied = new FlantsError('store.denied', 'no right');
    const store: ObjectStore = {
      ...openMemoryStore(),
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(denied) }) }),
    };
    expect(await findProbeKey(store, signal, now)).toBe('.flants-probe');
  });
});
