import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import type { FailureCode } from '../../src/domain/failure.ts';
import { Crc32, crc32Hex } from '../../src/storage/checksum.ts';
import { guardByLooking } from '../../src/storage/guard.ts';
import type {
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
  StoredObject,
} from '../../src/storage/object-store.ts';
import { probeStore } from '../../src/storage/probe.ts';

/** A store to be tried, and what is to be expected of it. */
export interface StoreUnderTest {
  readonly name: string;
  /** What the probe must find. Tests of what the store does not guard are skipped. */
  readonly capabilities: StoreCapabilities;
  /** Opens an empty store. */
  open(): Promise<{ readonly store: ObjectStore; close(): Promise<void> }>;
}

const { signal } = new AbortController();
const bytes = (text: string): Uint8Array => Buffer.from(text);
const plain: PutOptions = { contentType: 'video/mp2t', cacheControl: 'public, max-age=60', signal };

/** What every `ObjectStore` does, however it is made. */
export function objectStoreContract({ name, capabilities, open }: StoreUnderTest): void {
  describe(`${name} as an object store`, () => {
    let raw: ObjectStore;
    let store: ObjectStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      const opened = await open();
      raw = opened.store;
      store = guardByLooking(raw, capabilities);
      close = opened.close;
    });
    afterAll(async () => {
      await store.close();
      await close();
    });

    const put = (key: string, body: string, options: Partial<PutOptions> = {}): Promise<PutResult> =>
      store.put(key, bytes(body), crc32Hex(bytes(body)), { ...plain, ...options });
    const etagOf = async (key: string): Promise<string> => (await store.head(key, { signal }))?.etag ?? 'nothing there';
    const read = async (key: string): Promise<string | undefined> => {
      const found = await store.get(key, { signal });
      if (!found) return undefined;
      const chunks: Uint8Array[] = [];
      for await (const chunk of found.body) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    const list = async (prefix: string, after?: string): Promise<StoredObject[]> => {
      const objects: StoredObject[] = [];
      for await (const object of store.list(prefix, { signal, ...(after === undefined ? {} : { after }) }))
        objects.push(object);
      return objects;
    };
    const keys = async (prefix: string, after?: string): Promise<string[]> =>
      (await list(prefix, after)).map(({ key }) => key);

    it('is probed for what it guards, and left without a trace', async () => {
      expect(await probeStore(raw, { signal })).toEqual(capabilities);
      expect(await keys('')).toEqual([]);
    });

    describe('an object', () => {
      it('comes back as it was put', async () => {
        await put('round/trip.ts', 'some bytes');
        expect(await read('round/trip.ts')).toBe('some bytes');
      });

      it('is what was put, whatever becomes of the memory that it came from', async () => {
        const body = Buffer.from('some bytes');
        await store.put('round/memory.ts', body, crc32Hex(body), plain);
        body.fill('x');
        expect(await read('round/memory.ts')).toBe('some bytes');
      });

      it('is described by head, get and list alike', async () => {
        const put1 = await put('described/one.ts', 'some bytes');
        const head = await store.head('described/one.ts', { signal });
        expect(head).toMatchObject({ key: 'described/one.ts', sizeBytes: 10 });
        expect(put1).toEqual({ result: 'stored', etag: head?.etag });
        const got = await store.get('described/one.ts', { signal });
        await got?.body[Symbol.asyncIterator]().return?.();
        expect(got?.object).toMatchObject({ key: 'described/one.ts', sizeBytes: 10, etag: head?.etag });
        expect(await list('described/')).toEqual([
          { key: 'described/one.ts', sizeBytes: 10, etag: head?.etag, metadata: {} },
        ]);
      });

      it('has its checksum told, or nothing', async () => {
        await put('checksum/told.ts', 'some bytes');
        expect([crc32Hex(bytes('some bytes')), undefined]).toContain(
          (await store.head('checksum/told.ts', { signal }))?.crc32,
        );
      });

      it('may be empty', async () => {
        await put('empty/none.ts', '');
        expect(await read('empty/none.ts')).toBe('');
        expect(await store.head('empty/none.ts', { signal })).toMatchObject({ sizeBytes: 0 });
      });

      it('may be a few megabytes', async () => {
        const body = new Uint8Array(4_000_000).map((_, index) => index % 251);
        await store.put('large/body.ts', body, crc32Hex(body), plain);
        const sum = new Crc32();
        for await (const chunk of (await store.get('large/body.ts', { signal }))?.body ?? []) sum.update(chunk);
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
        expect(await store.head('absent/none.ts', { signal })).toBeUndefined();
        expect(await store.get('absent/none.ts', { signal })).toBeUndefined();
      });

      it('can be left unread, and the store goes on', async () => {
        await put('unread/body.ts', 'x'.repeat(300_000));
        for (let round = 0; round < 20; round++) {
          const got = await store.get('unread/body.ts', { signal });
          await got?.body[Symbol.asyncIterator]().return?.();
        }
        expect((await read('unread/body.ts'))?.length).toBe(300_000);
      });

      it.skipIf(!capabilities.metadata)('keeps its content type and metadata', async () => {
        await put('kept/type.ts', 'bytes', { metadata: { revision: 'abc', 'with-dash': 'Some Value' } });
        expect(await store.head('kept/type.ts', { signal })).toMatchObject({
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
        expect(await keys(`odd/${odd}/`)).toEqual([key]);
        await store.delete(key, { signal });
        expect(await store.head(key, { signal })).toBeUndefined();
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
        await expectFailure('store.key', store.upload(key, plain));
      });
    });

    describe('a checksum', () => {
      it.skipIf(!capabilities.checksums)('that is not the body’s is refused, and nothing is written', async () => {
        await expectFailure('store.checksum', store.put('wrong/sum.ts', bytes('bytes'), '00000000', plain));
        expect(await store.head('wrong/sum.ts', { signal })).toBeUndefined();
      });

      it.skipIf(!capabilities.checksums)('that is wrong leaves what stood there', async () => {
        await put('wrong/over.ts', 'before');
        await expectFailure('store.checksum', store.put('wrong/over.ts', bytes('after'), '00000000', plain));
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

      it.skipIf(!capabilities.createOnly)('lets one of eight writers win', async () => {
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
        expect(await store.head('replace/gone.ts', { signal })).toBeUndefined();
      });

      it('takes the ETag of a listing', async () => {
        await put('replace/listed.ts', 'before');
        const [listed] = await list('replace/listed.ts');
        expect(await put('replace/listed.ts', 'after', { condition: { ifMatch: listed?.etag ?? '' } })).toMatchObject({
          result: 'stored',
        });
      });

      it.skipIf(!capabilities.replaceOnly)('lets one of eight writers win', async () => {
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
        const many = Array.from({ length: 2500 }, (_, index) => `pages/segment-${String(index).padStart(5, '0')}.ts`);
        for (let from = 0; from < many.length; from += 50)
          await Promise.all(many.slice(from, from + 50).map((key) => put(key, key)));
        expect(await keys('pages/')).toEqual(many);
        expect(await keys('pages/', many[1200])).toEqual(many.slice(1201));
      });

      it('can be left early', async () => {
        for await (const object of store.list('listing/', { signal })) {
          expect(object.key).toBe('listing/A.ts');
          break;
        }
      });
    });

    describe('delete', () => {
      it('removes the object', async () => {
        await put('delete/one.ts', 'bytes');
        await store.delete('delete/one.ts', { signal });
        expect(await store.head('delete/one.ts', { signal })).toBeUndefined();
      });

      it('of nothing is no error', async () => {
        await store.delete('delete/none.ts', { signal });
        await store.delete('delete/no/such/folder.ts', { signal });
      });
    });

    describe('an upload in parts', () => {
      const parts = (): Uint8Array[] => {
        const partBytes = Math.max(store.limits.minPartBytes, 100_000);
        return [1, 2, 3].map((fill) => new Uint8Array(fill === 3 ? 1000 : partBytes).fill(fill));
      };
      const sumOf = (bodies: readonly Uint8Array[]): string => crc32Hex(Buffer.concat(bodies));

      it('appears whole when it is complete, and not before', async () => {
        const bodies = parts();
        const upload = await store.upload('upload/whole.mp4', plain);
        await Promise.all(bodies.map((body, index) => upload.part(index + 1, body, { signal })));
        expect(await store.head('upload/whole.mp4', { signal })).toBeUndefined();
        const completed = await upload.complete(sumOf(bodies));
        const head = await store.head('upload/whole.mp4', { signal });
        expect(completed).toEqual({ result: 'stored', etag: head?.etag });
        expect(head?.sizeBytes).toBe(Buffer.concat(bodies).byteLength);
        expect([sumOf(bodies), undefined]).toContain(head?.crc32);
        const sum = new Crc32();
        for await (const chunk of (await store.get('upload/whole.mp4', { signal }))?.body ?? []) sum.update(chunk);
        expect(sum.hex()).toBe(sumOf(bodies));
      });

      it('takes its parts in any order', async () => {
        const bodies = parts();
        const upload = await store.upload('upload/order.mp4', plain);
        for (const number of [3, 1, 2]) await upload.part(number, bodies[number - 1] as Uint8Array, { signal });
        expect(await upload.complete(sumOf(bodies))).toMatchObject({ result: 'stored' });
        expect(await store.head('upload/order.mp4', { signal })).toMatchObject({
          sizeBytes: Buffer.concat(bodies).byteLength,
        });
      });

      it('that is given up leaves nothing, however often', async () => {
        const upload = await store.upload('aborted/none.mp4', plain);
        await upload.part(1, parts()[0] as Uint8Array, { signal });
        await upload.abort();
        await upload.abort();
        expect(await keys('aborted/')).toEqual([]);
      });

      it('keeps what stands there when it is to create only', async () => {
        const upload = await store.upload('upload/kept.mp4', { ...plain, condition: { ifNoneMatch: '*' } });
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
          const begun = await store.upload('upload/replaced.mp4', { ...plain, condition });
          await begun.part(1, bytes(body), { signal });
          return begun.complete(crc32Hex(bytes(body)));
        };
        expect(await upload('after')).toMatchObject({ result: 'stored' });
        expect(await upload('too late')).toEqual({ result: 'precondition-failed' });
        expect(await read('upload/replaced.mp4')).toBe('after');
      });

      it.skipIf(!capabilities.checksums)('is refused when the checksum is not that of the whole', async () => {
        const upload = await store.upload('upload/wrong.mp4', plain);
        await upload.part(1, bytes('bytes'), { signal });
        await expectFailure('store.checksum', upload.complete('00000000'));
        await upload.abort();
        expect(await store.head('upload/wrong.mp4', { signal })).toBeUndefined();
      });

      it.skipIf(!capabilities.metadata)('keeps content type and metadata', async () => {
        const upload = await store.upload('upload/kept-type.mp4', {
          ...plain,
          contentType: 'video/mp4',
          metadata: { revision: 'abc' },
        });
        await upload.part(1, bytes('bytes'), { signal });
        await upload.complete(crc32Hex(bytes('bytes')));
        expect(await store.head('upload/kept-type.mp4', { signal })).toMatchObject({
          contentType: 'video/mp4',
          metadata: { revision: 'abc' },
        });
      });
    });

    describe('a signal', () => {
      it('that was aborted before lets nothing begin', async () => {
        const aborted = { signal: AbortSignal.abort() };
        await expectFailure('aborted', put('signal/one.ts', 'bytes', aborted));
        await expectFailure('aborted', store.upload('signal/one.ts', { ...plain, ...aborted }));
        await expectFailure('aborted', store.head('signal/one.ts', aborted));
        await expectFailure('aborted', store.get('signal/one.ts', aborted));
        await expectFailure('aborted', store.delete('signal/one.ts', aborted));
        await expectFailure('aborted', store.list('signal/', aborted)[Symbol.asyncIterator]().next());
        expect(await keys('signal/')).toEqual([]);
      });

      it('that is aborted meanwhile stops a write, which leaves nothing in part', async () => {
        const controller = new AbortController();
        const body = new Uint8Array(8_000_000);
        const writing = store.put('signal/large.ts', body, crc32Hex(body), { ...plain, signal: controller.signal });
        controller.abort();
        await expectFailure('aborted', writing);
        expect(await store.head('signal/large.ts', { signal })).toBeUndefined();
      });
    });
  });
}

/** `stored`, `precondition-failed`, or `conflict` where a store says that another write is under way. */
async function settled(write: Promise<PutResult>): Promise<string> {
  try {
    return (await write).result;
  } catch (error) {
    if (error instanceof FlantsError && error.failure.status === 409) return 'conflict';
    throw error;
  }
}

async function expectFailure(code: FailureCode, action: Promise<unknown>): Promise<void> {
  await expect(action).rejects.toMatchObject({ failure: { code } });
}
