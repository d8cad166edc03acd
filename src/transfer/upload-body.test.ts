import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../storage/memory-store.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { FileTask } from '../domain/batch.ts';
import type { Evidence } from '../domain/outcome.ts';
import { FlantsError } from '../domain/failure.ts';
import { MiB } from '../domain/units.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { createBudget } from './budget.ts';
import { copyFile, maxHeldBytes } from './copy-file.ts';

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
const large = Buffer.alloc(maxHeldBytes + 5 * MiB + 7, 'flants');

function setUp(bytes: Uint8Array = large) {
  const source = openMemorySource({ [url]: { bytes } });
  const store = openMemoryStore();
  const ports = { source, store, slots: createBudget(1), bytes: createBudget(1 << 28), now: Date.now, worker: 'test' };
  const copy = (changes: Partial<FileTask> = {}, existing: 'verify' | 'overwrite' = 'verify') =>
    copyFile({ ...task, ...changes }, { existing, sha256: true, generation: 'g' }, ports, never);
  return { source, store, copy };
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

  test('does not replace a foreign object, but does replace what the evidence knows', async () => {
    const { store, copy, source } = setUp();
    const first = await copy();
    source.objects.set(url, { bytes: Buffer.concat([large, large]) });
    // An upload cannot be turned round: it is sent again, and by then the evidence is there, or it conflicts.
    expect(await copy()).toMatchObject({
      kind: 'failed',
      failure: { failure: { code: 'store.status', retryable: true } },
    });
    const prior = (first as { evidence: Evidence }).evidence;
    expect(await copy({ prior })).toMatchObject({ kind: 'copied' });
    expect(store.objects.get('large.mp4')?.sizeBytes).toBe(2 * large.byteLength);
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
