import { describe, expect, it } from 'vitest';
import { Crc32, crc32Hex } from '../../../src/storage/checksum.ts';
import type { PutResult } from '../../../src/storage/object-store.ts';
import type { ObjectStoreBench } from './bench.ts';
import { bytes, expectFailure, plain, signal } from './bench.ts';

/** What every store promises of uploads in parts, and of signals; a part of its contract. */
export function describeUploads(bench: ObjectStoreBench): void {
  const { put, etagOf, read, keys } = bench;

  describe('an upload in parts', () => {
    const parts = (): Uint8Array[] => {
      const partBytes = Math.max(bench.store.limits.minPartBytes, 100_000);
      return [1, 2, 3].map((fill) => new Uint8Array(fill === 3 ? 1000 : partBytes).fill(fill));
    };
    const sumOf = (bodies: readonly Uint8Array[]): string => crc32Hex(Buffer.concat(bodies));

    it('appears whole when it is complete, and not before', async () => {
      const bodies = parts();
      const upload = await bench.store.upload('upload/whole.mp4', plain);
      await Promise.all(bodies.map((body, index) => upload.part(index + 1, body, { signal })));
      expect(await bench.store.head('upload/whole.mp4', { signal })).toBeUndefined();
      const completed = await upload.complete(sumOf(bodies));
      const head = await bench.store.head('upload/whole.mp4', { signal });
      expect(completed).toEqual({ result: 'stored', etag: head?.etag });
      expect(head?.sizeBytes).toBe(Buffer.concat(bodies).byteLength);
      expect([sumOf(bodies), undefined]).toContain(head?.crc32);
      const sum = new Crc32();
      for await (const chunk of (await bench.store.get('upload/whole.mp4', { signal }))?.body ?? []) sum.update(chunk);
      expect(sum.hex()).toBe(sumOf(bodies));
    });

    it('takes its parts in any order', async () => {
      const bodies = parts();
      const upload = await bench.store.upload('upload/order.mp4', plain);
      for (const number of [3, 1, 2]) await upload.part(number, bodies[number - 1] as Uint8Array, { signal });
      expect(await upload.complete(sumOf(bodies))).toMatchObject({ result: 'stored' });
      expect(await bench.store.head('upload/order.mp4', { signal })).toMatchObject({
        sizeBytes: Buffer.concat(bodies).byteLength,
      });
    });

    it('that is given up leaves nothing, however often', async () => {
      const upload = await bench.store.upload('aborted/none.mp4', plain);
      await upload.part(1, parts()[0] as Uint8Array, { signal });
      await upload.abort();
      await upload.abort();
      expect(await keys('aborted/')).toEqual([]);
    });

    it('keeps what stands there when it is to create only', async () => {
      const upload = await bench.store.upload('upload/kept.mp4', { ...plain, condition: { ifNoneMatch: '*' } });
      await upload.part(1, bytes('late'), { signal });
      await put('upload/kept.mp4', 'early');
      expect(await upload.complete(crc32Hex(bytes('late')))).toEqual({ result: 'precondition-failed' });
      await upload.abort();
      expect(await read('upload/kept.mp4')).toBe('early');
    });

    it('replaces only what was seen', async () => {
      await put('upload/replaced.mp4', 'before');
      const condition = { ifMatch: await etagOf('upload/replaced.mp4') };
      const upload = async (body: string): Promise<PutResult> => {
        const begun = await bench.store.upload('upload/replaced.mp4', { ...plain, condition });
        await begun.part(1, bytes(body), { signal });
        return begun.complete(crc32Hex(bytes(body)));
      };
      expect(await upload('after')).toMatchObject({ result: 'stored' });
      expect(await upload('too late')).toEqual({ result: 'precondition-failed' });
      expect(await read('upload/replaced.mp4')).toBe('after');
    });

    it.skipIf(bench.capabilities.checksums !== 'crc32')(
      'is refused when the checksum is not that of the whole',
      async () => {
        const upload = await bench.store.upload('upload/wrong.mp4', plain);
        await upload.part(1, bytes('bytes'), { signal });
        await expectFailure('store.checksum', upload.complete('00000000'));
        await upload.abort();
        expect(await bench.store.head('upload/wrong.mp4', { signal })).toBeUndefined();
      },
    );

    it.skipIf(!bench.capabilities.metadata)('keeps content type and metadata', async () => {
      const upload = await bench.store.upload('upload/kept-type.mp4', {
        ...plain,
        contentType: 'video/mp4',
        metadata: { revision: 'abc' },
      });
      await upload.part(1, bytes('bytes'), { signal });
      await upload.complete(crc32Hex(bytes('bytes')));
      expect(await bench.store.head('upload/kept-type.mp4', { signal })).toMatchObject({
        contentType: 'video/mp4',
        metadata: { revision: 'abc' },
      });
    });
  });

  describe('a signal', () => {
    it('that was aborted before lets nothing begin', async () => {
      const aborted = { signal: AbortSignal.abort() };
      await expectFailure('aborted', put('signal/one.ts', 'bytes', aborted));
      await expectFailure('aborted', bench.store.upload('signal/one.ts', { ...plain, ...aborted }));
      await expectFailure('aborted', bench.store.head('signal/one.ts', aborted));
      await expectFailure('aborted', bench.store.get('signal/one.ts', aborted));
      await expectFailure('aborted', bench.store.delete('signal/one.ts', aborted));
      await expectFailure('aborted', bench.store.list('signal/', aborted)[Symbol.asyncIterator]().next());
      expect(await keys('signal/')).toEqual([]);
    });

    it('that is aborted meanwhile stops a write, which leaves nothing in part', async () => {
      const controller = new AbortController();
      const body = new Uint8Array(8_000_000);
      const writing = bench.store.put('signal/large.ts', body, crc32Hex(body), { ...plain, signal: controller.signal });
      controller.abort();
      await expectFailure('aborted', writing);
      expect(await bench.store.head('signal/large.ts', { signal })).toBeUndefined();
    });
  });
}
