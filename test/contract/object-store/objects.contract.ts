import { beforeAll, describe, expect, it } from 'vitest';
import { Crc32, crc32Hex } from '../../../src/storage/checksum.ts';
import type { ObjectStoreBench } from './bench.ts';
import { bytes, expectFailure, plain, signal } from './bench.ts';

/** What every store promises of objects, keys and listings; a part of its contract. */
export function describeObjects(bench: ObjectStoreBench): void {
  const { put, etagOf, read, list, keys } = bench;

  describe('an object', () => {
    it('comes back as it was put', async () => {
      await put('round/trip.ts', 'some bytes');
      expect(await read('round/trip.ts')).toBe('some bytes');
    });

    it('is what was put, whatever becomes of the memory that it came from', async () => {
      const body = Buffer.from('some bytes');
      await bench.store.put('round/memory.ts', body, crc32Hex(body), plain);
      body.fill('x');
      expect(await read('round/memory.ts')).toBe('some bytes');
    });

    it('is described by head, get and list alike', async () => {
      const put1 = await put('described/one.ts', 'some bytes');
      const head = await bench.store.head('described/one.ts', { signal });
      expect(head).toMatchObject({ key: 'described/one.ts', sizeBytes: 10 });
      expect(put1).toEqual({ result: 'stored', etag: head?.etag });
      const got = await bench.store.get('described/one.ts', { signal });
      await got?.body[Symbol.asyncIterator]().return?.();
      expect(got?.object).toMatchObject({ key: 'described/one.ts', sizeBytes: 10, etag: head?.etag });
      const etag = bench.shortcomings.includes('no-etags-listed') ? '' : head?.etag;
      expect(await list('described/')).toEqual([{ key: 'described/one.ts', sizeBytes: 10, etag, metadata: {} }]);
    });

    it('is read in part, and described as a whole', async () => {
      await put('range/one.ts', 'some bytes');
      const rangeOf = async (from: number, to: number): Promise<[number | undefined, string]> => {
        const got = await bench.store.get('range/one.ts', { signal, range: { from, to } });
        const chunks: Uint8Array[] = [];
        for await (const chunk of got?.body ?? []) chunks.push(chunk);
        return [got?.object.sizeBytes, Buffer.concat(chunks).toString()];
      };
      expect(await rangeOf(0, 3)).toEqual([10, 'some']);
      expect(await rangeOf(5, 5)).toEqual([10, 'b']);
      expect(await rangeOf(5, 1000)).toEqual([10, 'bytes']);
      expect(await bench.store.get('range/absent.ts', { signal, range: { from: 0, to: 3 } })).toBeUndefined();
    });

    it('has its checksum told, or nothing', async () => {
      await put('checksum/told.ts', 'some bytes');
      expect([crc32Hex(bytes('some bytes')), undefined]).toContain(
        (await bench.store.head('checksum/told.ts', { signal }))?.crc32,
      );
    });

    it('may be empty', async () => {
      await put('empty/none.ts', '');
      expect(await read('empty/none.ts')).toBe('');
      expect(await bench.store.head('empty/none.ts', { signal })).toMatchObject({ sizeBytes: 0 });
    });

    it('may be a few megabytes', async () => {
      const body = new Uint8Array(4_000_000).map((_, index) => index % 251);
      await bench.store.put('large/body.ts', body, crc32Hex(body), plain);
      const sum = new Crc32();
      for await (const chunk of (await bench.store.get('large/body.ts', { signal }))?.body ?? []) sum.update(chunk);
      expect(sum.hex()).toBe(crc32Hex(body));
    });

    it('has another ETag when it has other bytes', async () => {
      await put('etag/changes.ts', 'first');
      const first = await etagOf('etag/changes.ts');
      await put('etag/changes.ts', 'other');
      expect(await etagOf('etag/changes.ts')).not.toBe(first);
      expect(await read('etag/changes.ts')).toBe('other');
    });

    it('that is absent is undefined to head and get', async () => {
      expect(await bench.store.head('absent/none.ts', { signal })).toBeUndefined();
      expect(await bench.store.get('absent/none.ts', { signal })).toBeUndefined();
    });

    it('can be left unread, and the store goes on', async () => {
      await put('unread/body.ts', 'x'.repeat(300_000));
      for (let round = 0; round < 20; round++) {
        const got = await bench.store.get('unread/body.ts', { signal });
        await got?.body[Symbol.asyncIterator]().return?.();
      }
      expect((await read('unread/body.ts'))?.length).toBe(300_000);
    });

    it.skipIf(!bench.capabilities.metadata)('keeps its content type and metadata', async () => {
      await put('kept/type.ts', 'bytes', { metadata: { revision: 'abc', 'with-dash': 'Some Value' } });
      expect(await bench.store.head('kept/type.ts', { signal })).toMatchObject({
        contentType: 'video/mp2t',
        metadata: { revision: 'abc', 'with-dash': 'Some Value' },
      });
    });
  });

  describe('a key', () => {
    it.each([
      'with space',
      'a+b',
      'percent %41%',
      "quote's (and) more!*",
      'é ü 中文',
      '😀',
      'semi;colon&ampersand=x',
      'tilde~_.-',
      'question?mark',
      'hash#mark',
      'at@colon:',
      'back\\slash',
      '[brackets]',
    ])('may be %j', async (odd) => {
      const key = `odd/${odd}/file ${odd}.ts`;
      await put(key, odd);
      expect(await read(key)).toBe(odd);
      const isFolded = bench.shortcomings.includes('backslash-is-slash');
      const [folder, listed] = [`odd/${odd}/`, key].map((name) => (isFolded ? name.replaceAll('\\', '/') : name));
      expect(await keys(folder ?? '')).toEqual([listed]);
      await bench.store.delete(key, { signal });
      expect(await bench.store.head(key, { signal })).toBeUndefined();
    });

    it.each([
      '../up.ts',
      'a/../../up.ts',
      './here.ts',
      'a/./b.ts',
      '',
      'nul\0.ts',
      '\ud800.ts',
      `${'long/'.repeat(300)}x`,
    ])('is refused when it is %j', async (key) => {
      await expectFailure('store.key', put(key, 'bytes'));
      await expectFailure('store.key', bench.store.upload(key, plain));
    });
  });

  describe('a listing', () => {
    const tree = [
      'A.ts',
      'a b.ts',
      'a-b/1.ts',
      'a-b/2.ts',
      'a.ts',
      'a/1.ts',
      'a/b/c.ts',
      'a0.ts',
      'b/1.ts',
      'é.ts',
      '\ufffd.ts',
      '😀.ts',
    ];
    beforeAll(async () => {
      for (const key of tree.toReversed()) await put(`listing/${key}`, key);
    });

    it('has all keys in the order of their bytes', async () => {
      expect(await keys('listing/')).toEqual(tree.map((key) => `listing/${key}`));
    });

    it('begins after a key', async () => {
      for (const after of ['a-b/1.ts', 'a/1.ts', 'a/', 'a0', 'b/1.ts']) {
        const expected = tree.filter((key) => Buffer.compare(bytes(key), bytes(after)) > 0);
        expect(await keys('listing/', `listing/${after}`)).toEqual(expected.map((key) => `listing/${key}`));
      }
    });

    it('keeps to a prefix, which need be no folder', async () => {
      expect(await keys('listing/a/')).toEqual(['listing/a/1.ts', 'listing/a/b/c.ts']);
      expect(await keys('listing/a-')).toEqual(['listing/a-b/1.ts', 'listing/a-b/2.ts']);
      expect(await keys('listing/nothing')).toEqual([]);
    });

    it('goes on over many pages', async () => {
      // Two full pages of S3, and one more.
      const many = Array.from({ length: 2001 }, (_, index) => `pages/segment-${String(index).padStart(5, '0')}.ts`);
      // One before all others: of many that make a folder at once, a store over a file system may refuse some.
      await put(many[0] ?? '', many[0] ?? '');
      for (let from = 1; from < many.length; from += 50)
        await Promise.all(many.slice(from, from + 50).map((key) => put(key, key)));
      expect(await keys('pages/')).toEqual(many);
      expect(await keys('pages/', many[700])).toEqual(many.slice(701));
    });

    it('can be left early', async () => {
      for await (const object of bench.store.list('listing/', { signal })) {
        expect(object.key).toBe('listing/A.ts');
        break;
      }
    });
  });

  describe('delete', () => {
    it('removes the object', async () => {
      await put('delete/one.ts', 'bytes');
      await bench.store.delete('delete/one.ts', { signal });
      expect(await bench.store.head('delete/one.ts', { signal })).toBeUndefined();
    });

    it('of nothing is no error', async () => {
      await bench.store.delete('delete/none.ts', { signal });
      await bench.store.delete('delete/no/such/folder.ts', { signal });
    });
  });
}
