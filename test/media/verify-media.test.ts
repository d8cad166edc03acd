import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOnPath } from '../../scripts/tools.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { MemoryStore } from '../../src/storage/memory-store.ts';
import { destinationInStore } from '../../src/verifier/destination.ts';
import { verifyLibrary } from '../../src/verifier/verify-library.ts';
import type { WalkedLibrary } from '../../src/verifier/verify-library.ts';
import { furtherFormats, furtherLibrary, mediaExamples, mediaLibrary } from './library.ts';

const { signal } = new AbortController();

/** What tells of a cut in each format: the usual look, a look into each file, or no look at all. */
const formats = [
  { name: 'ladder', usually: true, peeking: true },
  { name: 'fmp4', usually: false, peeking: true },
  { name: 'byte-ranges', usually: true, peeking: true },
  { name: 'tracks', usually: false, peeking: true },
  { name: 'aes', usually: true, peeking: true },
  { name: 'cmaf', usually: false, peeking: true },
  { name: 'low-latency', usually: false, peeking: true },
  { name: 'packed-aac', usually: false, peeking: true },
  { name: 'packed-aac-id3', usually: false, peeking: true },
  { name: 'packed-mp3', usually: false, peeking: true },
  { name: 'packed-ac3', usually: false, peeking: true },
  { name: 'packed-eac3', usually: false, peeking: true },
  { name: 'sample-aes', usually: true, peeking: true },
  { name: 'nameless', usually: true, peeking: true },
] as const;

async function storeOf(name: string): Promise<MemoryStore> {
  const isFurther = furtherFormats.some((each) => each === name);
  const folder = join(await (isFurther ? furtherLibrary() : mediaLibrary()), name);
  const store = openMemoryStore();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const body = await readFile(path);
    const headers = { contentType: '', cacheControl: '', signal };
    await store.put(path.slice(folder.length + 1), body, crc32Hex(body), headers);
  }
  return store;
}

function verify(store: MemoryStore, peeks: boolean): Promise<WalkedLibrary> {
  const request = {
    name: 'copy',
    destination: destinationInStore(store, { root: 's3://bucket/', prefix: '', keepsChecksums: true }),
    prefixUrl: 's3://bucket/',
    list: () => store.list('', { signal }),
    expected: async () => undefined,
    acceptedBecause: () => undefined,
    readsBytes: false,
    peeks,
    concurrency: 4,
  };
  return verifyLibrary(request, signal);
}

describe.skipIf(!isOnPath('ffmpeg'))('media made by ffmpeg, verified by itself', () => {
  it('is of every format that is made', () => {
    const made = [...new Set(mediaExamples.map(({ name }) => name)), ...furtherFormats];
    expect(formats.map(({ name }) => name).toSorted()).toEqual(made.toSorted());
  });

  it.each(formats)('$name is whole', async ({ name }) => {
    const store = await storeOf(name);
    for (const peeks of [false, true]) {
      const { videos, whole, problems, notWhole } = await verify(store, peeks);
      expect(notWhole).toEqual([]);
      expect([videos > 0, whole, problems]).toEqual([true, videos, 0]);
    }
  });

  it.each(formats)(
    'a file of $name that is cut off is told usually: $usually, or by a look: $peeking',
    async (format) => {
      const store = await storeOf(format.name);
      // Less than a few frames of audio shows nothing.
      const media = [...store.objects.values()].filter(
        ({ key, sizeBytes }) => sizeBytes > 500 && !/\.(?:m3u8|key|vtt)$/.test(key),
      );
      expect(media.length).toBeGreaterThan(0);
      for (const object of media) {
        const told = async (peeks: boolean): Promise<boolean> => {
          const found: boolean[] = [];
          // Within a packet of TS and a block of AES. One of them may be at the bound of a box.
          for (const lost of [101, 141, 205]) {
            const sizeBytes = object.sizeBytes - lost;
            store.objects.set(object.key, { ...object, body: object.body.subarray(0, sizeBytes), sizeBytes });
            const { notWhole } = await verify(store, peeks);
            const keys = notWhole.flatMap(({ problems }) => problems.map(({ key }) => key));
            expect(keys).toEqual(keys.length > 0 ? [object.key] : []);
            found.push(keys.length > 0);
          }
          store.objects.set(object.key, object);
          return found.filter(Boolean).length > 1;
        };
        expect([object.key, await told(false), await told(true)]).toEqual([object.key, format.usually, format.peeking]);
      }
    },
  );
});
