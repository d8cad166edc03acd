import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../domain/failure.ts';
import { crc32Hex } from '../checksum.ts';
import { judgeDenials } from './judge-denials.ts';
import { openMemoryStore } from '../memory-store.ts';
import type { ObjectStore } from '../object-store.ts';

const { signal } = new AbortController();
const body = Buffer.from('media');
const options = { contentType: 'video/mp2t', cacheControl: 'no-cache', signal };
const denied = (): FlantsError => new FlantsError('store.denied', 'no right', { status: 403 });

/** A store that denies requests, by what they ask for and their key. */
function storeThatDenies(isDenied: (asks: 'put' | 'head' | 'upload' | 'part', key: string) => boolean) {
  const memory = openMemoryStore();
  const puts: string[] = [];
  const refuse = (...request: Parameters<typeof isDenied>): void => {
    if (isDenied(...request)) throw denied();
  };
  const store: ObjectStore = {
    ...memory,
    head: async (key, given) => (refuse('head', key), memory.head(key, given)),
    put: async (key, ...given) => (puts.push(key), refuse('put', key), memory.put(key, ...given)),
    upload: async (key, given) => {
      refuse('upload', key);
      const upload = await memory.upload(key, given);
      return { ...upload, part: async (...part) => (refuse('part', key), upload.part(...part)) };
    },
  };
  return { judged: judgeDenials(store, () => 0), memory, puts };
}

const put = (store: ObjectStore, key: string): Promise<unknown> => store.put(key, body, crc32Hex(body), options);
const codeOf = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'none',
    (error: unknown) => (error instanceof FlantsError ? error.code : String(error)),
  );

describe('a denial concerns', () => {
  it('its key alone where a trial goes through, which leaves nothing behind', async () => {
    const { judged, memory } = storeThatDenies((_, key) => key.startsWith('locked/'));
    expect(await codeOf(put(judged, 'locked/a.ts'))).toBe('store.key-denied');
    expect(await codeOf(judged.head('locked/a.ts', { signal }))).toBe('store.key-denied');
    expect(await codeOf(put(judged, 'free/a.ts'))).toBe('none');
    expect([...memory.objects.keys()]).toEqual(['free/a.ts']);
    await expect(put(judged, 'locked/a.ts')).rejects.toMatchObject({
      failure: { message: 'no right; other keys may be written', status: 403, retryable: true },
    });
  });

  it('every key where the trial is denied as well, and where it fails', async () => {
    for (const error of [denied(), new FlantsError('store.key', 'no such names')]) {
      const memory = openMemoryStore();
      const store: ObjectStore = {
        ...memory,
        put: (key) => Promise.reject(key.startsWith('.flants-probe') ? error : denied()),
      };
      expect(await codeOf(put(judgeDenials(store), 'a.ts'))).toBe('store.denied');
    }
  });

  it('every key where all with its ending are denied, or the right to look', async () => {
    const noMedia = storeThatDenies((asks, key) => asks === 'put' && key.endsWith('.ts'));
    expect(await codeOf(put(noMedia.judged, 'a.ts'))).toBe('store.denied');
    const blind = storeThatDenies((asks) => asks === 'head');
    expect(await codeOf(blind.judged.head('a.ts', { signal }))).toBe('store.denied');
  });

  it('all uploads where one of ours is denied, and its key alone where it is not', async () => {
    const upload = async (store: ObjectStore, key: string): Promise<void> => {
      const begun = await store.upload(key, options);
      await begun.part(1, body, { signal });
    };
    const none = storeThatDenies((asks) => asks === 'part');
    expect(await codeOf(upload(none.judged, 'a.ts'))).toBe('store.denied');
    expect(await codeOf(put(none.judged, 'a.ts'))).toBe('none');
    const some = storeThatDenies((_, key) => key.startsWith('locked/'));
    expect(await codeOf(upload(some.judged, 'locked/a.ts'))).toBe('store.key-denied');
  });
});

it('many files that are denied at a time take one trial', async () => {
  const { judged, puts } = storeThatDenies((_, key) => key.startsWith('locked/'));
  const keys = Array.from({ length: 50 }, (_, index) => `locked/${index}.ts`);
  expect(new Set(await Promise.all(keys.map((key) => codeOf(put(judged, key)))))).toEqual(
    new Set(['store.key-denied']),
  );
  expect(puts.filter((key) => !keys.includes(key))).toEqual(['.flants-probe-rights.ts']);
});
