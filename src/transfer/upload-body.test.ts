import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../storage/memory-store.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { FileTask } from '../domain/batch.ts';
import type { Evidence } from '../domain/outcome.ts';
import { FlantsError } from '../domain/failure.ts';
import { MiB } from '../domain/units.ts';
import { crc32Hex } from '../storage/checksum.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { FetchedObject, Source } from '../storage/source.ts';
import { createHeldBytes } from './held-bytes.ts';
import { copyFile } from './copy-file.ts';
import { writeLimits } from './write-limits.ts';

const never = new AbortController().signal;
const url = 'https://cdn.example/large.mp4';
const task: FileTask = {
  index: 0,
  key: 'large.mp4',
  url,
  fetchUrl: url,
  role: 'segment',
  contentType: 'video/mp4',
  cacheControl: '',
  tries: 0,
};
const { maxHeldBytes } = writeLimits;
const large = Buffer.alloc(maxHeldBytes + 5 * MiB + 7, 'flants');

function setUp(bytes: Uint8Array = large) {
  const source = openMemorySource({ [url]: { bytes } });
  const store = openMemoryStore();
  const ports = {
    source,
    store,
    bytes: createHeldBytes(1 << 28).line(),
    now: Date.now,
    worker: 'test',
  };
  const copy = (changes: Partial<FileTask> = {}, existing: 'verify' | 'overwrite' = 'verify', from: Source = source) =>
    copyFile(
      { ...task, ...changes },
      { existing, sha256: true, generation: 'g', video: 'v' },
      { ...ports, source: from },
      never,
    );
  return { source, store, ports, copy };
}

/** As a network gives it: no piece is so large that the whole has come when it proves too large to hold. */
async function* inPieces(body: AsyncIterable<Uint8Array>, size = MiB): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; at += size) yield chunk.subarray(at, at + size);
  }
}

/** The same source, saying something else of its objects. */
function changed(source: Source, change: (object: FetchedObject) => FetchedObject): Source {
  return {
    ...source,
    fetch: async (...args) => {
      const object = await source.fetch(...args);
      return object.result === 'fetched' ? change(object) : object;
    },
  };
}

describe('A body too large to hold', () => {
  test('goes out in parts and arrives whole, with the checksums of the whole', async () => {
    const { store, copy } = setUp();
    const outcome = await copy();
    expect(outcome).toMatchObject({
      kind: 'copied',
      evidence: { sizeBytes: large.byteLength, crc32: crc32Hex(large), proof: 'written' },
    });
    // Compared as a whole: a difference is not worth printing.
    expect(large.equals(store.objects.get('large.mp4')?.body ?? Buffer.of())).toBe(true);
  });

  test('leaves nothing when the source breaks off', async () => {
    const { source, store, copy } = setUp();
    const error = new FlantsError('source.short-body', 'broke off');
    source.objects.set(url, { bytes: large, breaks: { afterBytes: maxHeldBytes + 10, error } });
    expect(await copy()).toMatchObject({ kind: 'failed', failure: { failure: { code: 'source.short-body' } } });
    expect(store.objects.size).toBe(0);
  });

  test('counts as unchanged where the same bytes stand already', async () => {
    const { store, copy } = setUp();
    await copy();
    const { etag } = store.objects.get('large.mp4') ?? {};
    expect(await copy()).toMatchObject({ kind: 'unchanged', evidence: { proof: 'same-checksum', etag } });
  });

  test('replaces what the evidence knows, or what bears the mark of its URL', async () => {
    const { store, copy, source } = setUp();
    const first = (await copy()) as { evidence: Evidence };
    source.objects.set(url, { bytes: Buffer.concat([large, large]) });
    const second = await copy({ prior: first.evidence });
    expect(second).toMatchObject({ kind: 'copied' });
    expect(store.objects.get('large.mp4')?.sizeBytes).toBe(2 * large.byteLength);
    source.objects.set(url, { bytes: large });
    expect(await copy(), 'with no evidence left').toMatchObject({ kind: 'copied' });
    expect(store.objects.get('large.mp4')?.sizeBytes).toBe(large.byteLength);
  });

  test('is created again where what the evidence knows was removed', async () => {
    const { store, copy, source } = setUp();
    const { evidence: prior } = (await copy()) as { evidence: Evidence };
    store.objects.clear();
    source.objects.set(url, { bytes: Buffer.concat([large, large]) });
    expect(await copy({ prior })).toMatchObject({ kind: 'copied' });
  });

  test('does not replace a foreign object, unless it is to', async () => {
    const { store, copy } = setUp();
    const foreign = Buffer.from('the only copy of something else');
    await store.put('large.mp4', foreign, crc32Hex(foreign), { contentType: '', cacheControl: '', signal: never });
    expect(await copy()).toMatchObject({ kind: 'failed', failure: { failure: { code: 'store.conflict' } } });
    expect(store.objects.get('large.mp4')?.sizeBytes).toBe(foreign.byteLength);
    expect(await copy({}, 'overwrite')).toMatchObject({ kind: 'copied' });
  });

  test('replaces only what was seen before it, also with overwrite', async () => {
    const { store, copy, source } = setUp();
    const foreign = Buffer.from('put there meanwhile');
    const late = changed(source, (object) => ({
      ...object,
      body: (async function* () {
        yield* inPieces(object.body);
        await store.put('large.mp4', foreign, crc32Hex(foreign), { contentType: '', cacheControl: '', signal: never });
      })(),
    }));
    expect(await copy({}, 'overwrite', late)).toMatchObject({
      kind: 'failed',
      failure: { failure: { code: 'store.status', retryable: true } },
    });
    expect(store.objects.get('large.mp4')?.sizeBytes).toBe(foreign.byteLength);
    expect(await copy({}, 'overwrite')).toMatchObject({ kind: 'copied' });
  });

  test('may come from another URL with the same bytes, and with no others', async () => {
    const { copy, source, store } = setUp();
    const { evidence: prior } = (await copy()) as { evidence: Evidence };
    const moved = { prior, url: 'http://cdn.example/large.mp4', fetchUrl: 'http://cdn.example/large.mp4' };
    source.objects.set(moved.url, { bytes: large, etag: '"moved"' });
    expect(await copy(moved)).toMatchObject({ kind: 'unchanged', evidence: { proof: 'same-checksum' } });
    store.objects.clear();
    expect(await copy(moved)).toMatchObject({ kind: 'copied' });
    source.objects.set(moved.url, { bytes: Buffer.concat([large, large]) });
    expect(await copy(moved)).toMatchObject({ kind: 'failed', failure: { failure: { code: 'key.conflict' } } });
  });

  test.each([1000, MiB + 1, 20 * MiB])(
    'goes out in parts of one length, but for the last: pieces of %d',
    async (size) => {
      const { source, store, ports } = setUp();
      const sizes: number[] = [];
      const upload: ObjectStore['upload'] = async (...given) => {
        const begun = await store.upload(...given);
        return {
          ...begun,
          part: (number, bytes, options) => {
            sizes.push(bytes.byteLength);
            return begun.part(number, bytes, options);
          },
        };
      };
      const policy = { existing: 'verify', sha256: false, generation: 'g', video: 'v' } as const;
      const from = changed(source, (object) => ({ ...object, body: inPieces(object.body, size) }));
      const outcome = await copyFile(task, policy, { ...ports, source: from, store: { ...store, upload } }, never);
      expect(outcome).toMatchObject({ kind: 'copied', evidence: { crc32: crc32Hex(large) } });
      expect(sizes).toEqual([8 * MiB, 8 * MiB, 5 * MiB + 7]);
    },
  );

  test('is given up only when the part in flight has arrived', async () => {
    const { source, store, ports } = setUp();
    const error = new FlantsError('source.short-body', 'broke off');
    source.objects.set(url, { bytes: large, breaks: { afterBytes: maxHeldBytes + 10, error } });
    const told: string[] = [];
    const slow: ObjectStore = {
      ...store,
      upload: async (key, options) => {
        const upload = await store.upload(key, options);
        return {
          ...upload,
          part: async (...args) => {
            told.push('begins');
            await new Promise((resolve) => setTimeout(resolve, 20));
            await upload.part(...args);
            told.push('arrives');
          },
          abort: async () => void told.push('given up'),
        };
      },
    };
    const policy = { existing: 'verify', sha256: false, generation: 'g', video: 'v' } as const;
    await copyFile(task, policy, { ...ports, store: slow }, never);
    expect(told).toEqual(['begins', 'arrives', 'begins', 'arrives', 'given up']);
  });

  test('may come without its size, and hold the range that names it', async () => {
    const { ports, copy } = setUp();
    const unsized = changed(ports.source, ({ sizeBytes: _, ...object }) => ({
      ...object,
      body: inPieces(object.body),
    }));
    expect(await copy({ minSizeBytes: large.byteLength }, 'verify', unsized)).toMatchObject({ kind: 'copied' });
  });

  test('is refused when only the end of its connection ends it', async () => {
    const { ports, copy, store } = setUp();
    const unframed = changed(ports.source, ({ sizeBytes: _, ...object }) => ({ ...object, isUnframed: true }));
    expect(await copy({}, 'verify', unframed)).toMatchObject({
      kind: 'failed',
      failure: { failure: { code: 'source.short-body', retryable: false } },
    });
    expect(store.objects.size).toBe(0);
  });

  test('is refused when it ends before the range that names it', async () => {
    const { store, copy } = setUp();
    expect(await copy({ minSizeBytes: large.byteLength + 1 })).toMatchObject({
      kind: 'failed',
      failure: { failure: { code: 'source.wrong-body' } },
    });
    expect(store.objects.size).toBe(0);
  });
});
