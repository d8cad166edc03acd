import { describe, expect, it } from 'vitest';
import { probeStore } from '../../../src/storage/probe/capabilities.ts';
import { createObjectStoreBench, signal } from './bench.ts';
import type { StoreUnderTest } from './bench.ts';
import { describeObjects } from './objects.contract.ts';
import { describeUploads } from './uploads.contract.ts';
import { describeWrites } from './writes.contract.ts';

/** What every `ObjectStore` does, however it is made. */
export function objectStoreContract(underTest: StoreUnderTest): void {
  describe(`${underTest.name} as an object store`, () => {
    const bench = createObjectStoreBench(underTest);

    it('is probed for what it guards, and left without a trace', async () => {
      expect(await probeStore(bench.raw, { signal })).toEqual(underTest.capabilities);
      expect(await bench.keys('')).toEqual([]);
    });

    describeObjects(bench);
    describeWrites(bench);
    describeUploads(bench);
  });
}
