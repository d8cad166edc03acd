import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { MemoryStore } from '../storage/memory-store.ts';
import { destinationInStore } from './destination.ts';
import type { Destination } from './destination.ts';
import { verifyLibrary } from './verify-library.ts';
import type { VideoToVerify } from './verify-library.ts';

const never = new AbortController().signal;
const ids = Array.from({ length: 12 }, (_, index) => `v${index}`);

async function libraryOf(videos: readonly string[]): Promise<MemoryStore> {
  const store = openMemoryStore();
  for (const video of videos) {
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n`;
    for (const [key, text] of [
      [`${video}/index.m3u8`, playlist],
      [`${video}/0.ts`, 'media'],
    ] as const) {
      // prettier-ignore
      const body = Buffer.from(text);
      await store.put(key, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
    }
  }
  return store;
}

/** Rows of a catalogue that takes its time. */
async function* rows(): AsyncGenerator<VideoToVerify> {
  for (const video of ids) {
    yield { video, key: `${video}/index.m3u8` };
    await new Promise(setImmediate);
  }
}

describe('A destination that fails while a library is verified', () => {
  test('ends it with that failure, once nothing is under way any more', async () => {
    const store = await libraryOf(ids);
    const usual = destinationInStore(store, { root: 's3://bucket/', prefix: '', keepsChecksums: true });
    let [underWay, begun] = [0, 0];
    const destination: Destination = {
      ...usual,
      async read(url, options) {
        underWay += 1;
        begun += 1;
        try {
          if (url.includes('/v0/')) throw new FlantsError('store.denied', 'no right to read');
          await sleep(10);
          if (url.includes('/v1/')) throw new FlantsError('store.denied', 'nor this');
          return await usual.read(url, options);
        } finally {
          underWay -= 1;
        }
      },
    };
    const verifying = verifyLibrary(
      {
        name: 'copy',
        destination,
        prefixUrl: 's3://bucket/',
        list: () => store.list('', { signal: never }),
        videos: rows(),
        expected: async () => undefined,
        acceptedBecause: () => undefined,
        readsBytes: false,
        concurrency: 2,
      },
      never,
    );
    await expect(verifying).rejects.toMatchObject({ code: 'store.denied', message: 'no right to read' });
    expect(underWay).toBe(0);
    expect(begun).toBeLessThan(ids.length);
  });
});
