import { describe, expect, it } from 'vitest';
import type { BatchMessage, FileTask } from '../../domain/batch.ts';
import { sizeOf } from './message.ts';
import { halve, splitBatch } from './split.ts';

const file = (index: number, more: Partial<FileTask> = {}): FileTask => ({
  index,
  key: `key-${index}`,
  fetchUrl: `https://origin.example/${index}`,
  url: `https://origin.example/${index}`,
  role: 'segment',
  contentType: 'video/mp2t',
  cacheControl: 'no-store',
  tries: 0,
  ...more,
});
const batchOf = (files: readonly FileTask[]): BatchMessage => ({
  format: 1,
  id: 'b',
  video: 'v',
  generation: 'g',
  files,
  existing: 'verify',
  sha256: false,
});
const indices = (batches: readonly BatchMessage[]): number[][] =>
  batches.map(({ files }) => files.map(({ index }) => index));

describe('a batch for one invocation', () => {
  it('stays as it is where it fits', () => {
    const batch = batchOf([file(0), file(1)]);
    expect(splitBatch(batch, 1_000)).toEqual([batch]);
  });

  it('is split where its request would be too large, in playing order and none too large', () => {
    const batch = batchOf(
      Array.from({ length: 100 }, (_, at) => file(at, { fetchUrl: `https://o.example/${'a'.repeat(90_000)}` })),
    );
    const around = sizeOf({ ...batch, files: [] }) + 5_000;
    const parts = splitBatch(batch, around);
    expect(parts).toHaveLength(2);
    expect(indices(parts).flat()).toEqual(batch.files.map(({ index }) => index));
    for (const part of parts) expect(sizeOf(part) + 5_000).toBeLessThanOrEqual(6_000_000);
  });

  it('is split by bytes as far as they are known; a file that is too large goes alone', () => {
    const limits = { payloadBytes: 1_000_000, fileBytes: 100 };
    const parts = splitBatch(
      batchOf([
        file(0, { minSizeBytes: 60 }),
        file(1, { minSizeBytes: 40 }),
        file(2, { minSizeBytes: 500 }),
        file(3),
        file(4, { minSizeBytes: 1 }),
      ]),
      0,
      limits,
    );
    expect(indices(parts)).toEqual([[0, 1], [2], [3, 4]]);
  });

  it('is halved where the service refused it all the same, and not below one file', () => {
    expect(indices(halve(batchOf([file(0), file(1), file(2)])) ?? [])).toEqual([[0, 1], [2]]);
    expect(halve(batchOf([file(0)]))).toBeUndefined();
  });
});
