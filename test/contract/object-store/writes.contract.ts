import { describe, expect, it } from 'vitest';
import type { PutOptions } from '../../../src/storage/object-store.ts';
import type { ObjectStoreBench } from './bench.ts';
import { bytes, expectFailure, plain, settled, signal } from './bench.ts';

/** What every store promises of guarded writes; a part of its contract. */
export function describeWrites(bench: ObjectStoreBench): void {
  const { put, etagOf, read, list } = bench;
  const [races, listsEtags] = [
    bench.shortcomings.includes('conditions-race'),
    !bench.shortcomings.includes('no-etags-listed'),
  ];

  describe('a checksum', () => {
    it.skipIf(bench.capabilities.checksums !== 'crc32')(
      'that is not the body’s is refused, and nothing is written',
      async () => {
        await expectFailure('store.checksum', bench.store.put('wrong/sum.ts', bytes('bytes'), '00000000', plain));
        expect(await bench.store.head('wrong/sum.ts', { signal })).toBeUndefined();
      },
    );

    it.skipIf(bench.capabilities.checksums !== 'crc32')('that is wrong leaves what stood there', async () => {
      await put('wrong/over.ts', 'before');
      await expectFailure('store.checksum', bench.store.put('wrong/over.ts', bytes('after'), '00000000', plain));
      expect(await read('wrong/over.ts')).toBe('before');
    });
  });

  describe('create only', () => {
    const create: Partial<PutOptions> = { condition: { ifNoneMatch: '*' } };

    it('writes where nothing stands', async () => {
      expect(await put('create/new.ts', 'bytes', create)).toEqual({
        result: 'stored',
        etag: await etagOf('create/new.ts'),
      });
    });

    it('keeps what stands there', async () => {
      await put('create/kept.ts', 'before');
      expect(await put('create/kept.ts', 'after', create)).toEqual({ result: 'precondition-failed' });
      expect(await read('create/kept.ts')).toBe('before');
    });

    it.skipIf(!bench.capabilities.createOnly || races)('lets one of eight writers win', async () => {
      const bodies = Array.from({ length: 8 }, (_, writer) => `writer ${writer} `.repeat(5000));
      const results = await Promise.all(bodies.map((body) => settled(put('create/race.ts', body, create))));
      expect(results.filter((result) => result === 'stored')).toHaveLength(1);
      expect(await read('create/race.ts')).toBe(bodies[results.indexOf('stored')]);
    });
  });

  describe('replace only', () => {
    it('replaces what was seen', async () => {
      await put('replace/seen.ts', 'before');
      const replaced = await put('replace/seen.ts', 'after', {
        condition: { ifMatch: await etagOf('replace/seen.ts') },
      });
      expect(replaced).toEqual({ result: 'stored', etag: await etagOf('replace/seen.ts') });
      expect(await read('replace/seen.ts')).toBe('after');
    });

    it('keeps what was not seen', async () => {
      await put('replace/other.ts', 'first');
      const first = await etagOf('replace/other.ts');
      await put('replace/other.ts', 'second');
      expect(await put('replace/other.ts', 'third', { condition: { ifMatch: first } })).toEqual({
        result: 'precondition-failed',
      });
      expect(await read('replace/other.ts')).toBe('second');
    });

    it('writes nothing where nothing stands any more', async () => {
      expect(await put('replace/gone.ts', 'bytes', { condition: { ifMatch: '"abc"' } })).toEqual({
        result: 'precondition-failed',
      });
      expect(await bench.store.head('replace/gone.ts', { signal })).toBeUndefined();
    });

    it('takes the ETag of a listing, and replaces nothing where that has none', async () => {
      await put('replace/listed.ts', 'before');
      const [listed] = await list('replace/listed.ts');
      expect(await put('replace/listed.ts', 'after', { condition: { ifMatch: listed?.etag ?? '' } })).toMatchObject({
        result: listsEtags ? 'stored' : 'precondition-failed',
      });
    });

    it.skipIf(!bench.capabilities.replaceOnly || races)('lets one of eight writers win', async () => {
      await put('replace/race.ts', 'before');
      const condition = { ifMatch: await etagOf('replace/race.ts') };
      const writers = Array.from({ length: 8 }, (_, writer) =>
        settled(put('replace/race.ts', `writer ${writer}`, { condition })),
      );
      const results = await Promise.all(writers);
      expect(results.filter((result) => result === 'stored')).toHaveLength(1);
      expect(await read('replace/race.ts')).toBe(`writer ${results.indexOf('stored')}`);
    });
  });
}
