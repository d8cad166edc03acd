import { describe, expect, test } from 'vitest';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { placeObject } from './place-object.ts';

const { signal } = new AbortController();
const url = 'https://cdn.example/v/seg.ts';
const task = {
  index: 3,
  key: 'v/seg.ts',
  url,
  fetchUrl: url,
  role: 'segment',
  contentType: 'video/mp2t',
  cacheControl: 'immutable',
  tries: 1,
} as const;

describe('Placing an object', () => {
  test.each([
    ['the file', 'media', 'same-checksum'],
    ['another object', 'other', 'store.conflict'],
    ['nothing', undefined, 'store.unreachable'],
  ])('looks what stands there when the connection broke: %s', async (_, standing, expected) => {
    const other = openMemoryStore();
    const broken: ObjectStore = {
      ...other,
      async put(key, _body, _crc32, options) {
        const bytes = Buffer.from(standing ?? '');
        if (standing !== undefined) await other.put(key, bytes, crc32Hex(bytes), { ...options, metadata: {} });
        throw new FlantsError('store.unreachable', 'the connection was broken', { retryable: true });
      },
    };
    const bytes = Buffer.from('media');
    const content = { bytes, sizeBytes: bytes.byteLength, crc32: crc32Hex(bytes) };
    const destination = { store: broken, confirm: async () => {} };
    const placed = placeObject(task, { existing: 'verify', video: 'v' }, content, destination, signal);
    expect(
      await placed.then(
        ({ proof }) => proof,
        (error: unknown) => failureOf(error).code,
      ),
    ).toBe(expected);
  });
});
