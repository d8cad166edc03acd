import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from './checksum.ts';
import { openMemoryStore } from './memory-store.ts';
import type { ObjectStore } from './object-store.ts';
import { persistUploads } from './persist-uploads.ts';

const body = Buffer.from('all of it');
const { signal } = new AbortController();

/** A store that fails each request of an upload so often before it takes it, and counts them. */
function failing(times: number, failure: FlantsError) {
  const asked: string[] = [];
  const fail = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    asked.push(what);
    if (asked.filter((each) => each === what).length <= times) throw failure;
    return request();
  };
  const store = openMemoryStore();
  const upload: ObjectStore['upload'] = async (...options) => {
    const begun = await fail('begin', () => store.upload(...options));
    return {
      part: (...part) => fail(`part ${part[0]}`, () => begun.part(...part)),
      complete: (crc32) => fail('complete', () => begun.complete(crc32)),
      abort: () => begun.abort(),
    };
  };
  const persistent = persistUploads({ ...store, upload });
  const send = async (): Promise<unknown> => {
    const begun = await persistent.upload('large.mp4', { contentType: '', cacheControl: '', signal });
    await begun.part(1, body, { signal });
    return begun.complete(crc32Hex(body));
  };
  return { asked, send };
}

describe('an upload', () => {
  it('goes on where each of its requests is refused now and then', async () => {
    const { asked, send } = failing(1, new FlantsError('store.throttled', 'SlowDown', { status: 503 }));
    expect(await send()).toMatchObject({ result: 'stored' });
    expect(asked).toEqual(['begin', 'begin', 'part 1', 'part 1', 'complete', 'complete']);
  });

  it.each([
    new FlantsError('store.denied', 'no right'),
    new FlantsError('store.checksum', 'other bytes arrived'),
    new FlantsError('store.timeout', 'no answer in two minutes'),
    new FlantsError('store.throttled', 'in a minute', { status: 503, retryAfterMs: 60_000 }),
  ])('is left to who decides about files after $code: $message', async (failure) => {
    const { asked, send } = failing(1, failure);
    await expect(send()).rejects.toBe(failure);
    expect(asked).toEqual(['begin']);
  });
});
