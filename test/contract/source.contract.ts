import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MiB } from '../../src/domain/units.ts';
import type { FetchedObject, FetchOptions, Source } from '../../src/storage/source.ts';

/** What an adapter gives the contract for each test. */
export interface SourceUnderTest {
  readonly source: Source;
  /** Puts an object there, or another one in its place. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** @param path - decoded, begins with a slash */
  urlOf(path: string): string;
  close(): Promise<void>;
}

const media = (options: Partial<FetchOptions> = {}): FetchOptions => ({
  kind: 'media',
  signal: new AbortController().signal,
  ...options,
});

/** Reads a body to its end. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Fetches what must be there. */
export async function fetchFrom(
  source: Source,
  url: string,
  options: Partial<FetchOptions> = {},
): Promise<FetchedObject> {
  const answer = await source.fetch(url, media(options));
  if (answer.result !== 'fetched') throw new Error(`${url} was not modified`);
  return answer;
}

/** What every `Source` must do. */
export function sourceContract(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`a source: ${name}`, () => {
    let tested: SourceUnderTest;
    let source: Source;

    beforeEach(async () => {
      tested = await open();
      source = tested.source;
    });
    afterEach(() => tested.close());

    it('gives the bytes as they are, with their number', async () => {
      const bytes = randomBytes(5000);
      await tested.put('/a/seg.ts', bytes);
      const object = await fetchFrom(source, tested.urlOf('/a/seg.ts'));
      expect(object.sizeBytes).toBe(5000);
      expect(await bytesOf(object.body)).toEqual(bytes);
    });

    it('says how large an object is without its bytes', async () => {
      await tested.put('/a/seg.ts', randomBytes(5000));
      await tested.put('/empty.ts', new Uint8Array());
      const { signal } = new AbortController();
      expect(await source.sizeOf(tested.urlOf('/a/seg.ts'), { signal })).toBe(5000);
      expect(await source.sizeOf(tested.urlOf('/empty.ts'), { signal })).toBe(0);
      const missing = source.sizeOf(tested.urlOf('/nowhere.ts'), { signal });
      await expect(missing).rejects.toMatchObject({ failure: { code: 'source.not-found' } });
    });

    it('says where it found them', async () => {
      await tested.put('/a/seg.ts', randomBytes(1));
      const object = await fetchFrom(source, tested.urlOf('/a/seg.ts'));
      object.cancel();
      expect(object.finalUrl).toBe(tested.urlOf('/a/seg.ts'));
    });

    it('gives many chunks in order', async () => {
      const bytes = randomBytes(3 * MiB + 17);
      await tested.put('/long.ts', bytes);
      const object = await fetchFrom(source, tested.urlOf('/long.ts'));
      expect((await bytesOf(object.body)).equals(bytes)).toBe(true);
    });

    it('gives an empty object', async () => {
      await tested.put('/empty.ts', new Uint8Array());
      const object = await fetchFrom(source, tested.urlOf('/empty.ts'));
      expect(object.sizeBytes).toBe(0);
      expect(await bytesOf(object.body)).toHaveLength(0);
    });

    it('gives text as it is', async () => {
      await tested.put('/main.m3u8', Buffer.from('#EXTM3U\n# ü\n'));
      const object = await fetchFrom(source, tested.urlOf('/main.m3u8'), { kind: 'text' });
      expect((await bytesOf(object.body)).toString()).toBe('#EXTM3U\n# ü\n');
    });

    it('gives an empty text', async () => {
      await tested.put('/main.m3u8', new Uint8Array());
      const object = await fetchFrom(source, tested.urlOf('/main.m3u8'), { kind: 'text' });
      expect(await bytesOf(object.body)).toHaveLength(0);
    });

    it.each(['/with space.ts', '/a+b.ts', '/ü/ñ.ts', '/100%.ts', '/a&b=c;d,e(f)!.ts'])('finds %s', async (path) => {
      await tested.put(path, Buffer.from(path));
      const object = await fetchFrom(source, tested.urlOf(path));
      expect((await bytesOf(object.body)).toString()).toBe(path);
    });

    it('answers not-modified while the object is still the one that was seen', async () => {
      await tested.put('/seg.ts', randomBytes(100));
      const object = await fetchFrom(source, tested.urlOf('/seg.ts'));
      await bytesOf(object.body);
      expect(await source.fetch(tested.urlOf('/seg.ts'), media({ unless: object.validators }))).toEqual({
        result: 'not-modified',
      });
    });

    it('gives the object again once it is another, with other validators', async () => {
      await tested.put('/seg.ts', Buffer.from('first'));
      const first = await fetchFrom(source, tested.urlOf('/seg.ts'));
      await bytesOf(first.body);
      await tested.put('/seg.ts', Buffer.from('second'));
      const second = await fetchFrom(source, tested.urlOf('/seg.ts'), { unless: first.validators });
      expect((await bytesOf(second.body)).toString()).toBe('second');
      expect(second.validators.etag).not.toBe(first.validators.etag);
    });

    it('takes empty validators for no condition', async () => {
      await tested.put('/seg.ts', Buffer.from('bytes'));
      const object = await fetchFrom(source, tested.urlOf('/seg.ts'), { unless: {} });
      expect((await bytesOf(object.body)).toString()).toBe('bytes');
    });

    it('throws source.not-found for what is not there', async () => {
      await expect(source.fetch(tested.urlOf('/nowhere.ts'), media())).rejects.toMatchObject({
        name: 'FlantsError',
        failure: { code: 'source.not-found', retryable: false },
      });
    });

    it('throws aborted when it is stopped before it begins', async () => {
      await tested.put('/seg.ts', Buffer.from('bytes'));
      await expect(source.fetch(tested.urlOf('/seg.ts'), media({ signal: AbortSignal.abort() }))).rejects.toMatchObject(
        {
          failure: { code: 'aborted', retryable: true },
        },
      );
    });

    it('throws aborted from a body that is stopped in the middle', async () => {
      await tested.put('/long.ts', randomBytes(3 * MiB));
      const stop = new AbortController();
      const object = await fetchFrom(source, tested.urlOf('/long.ts'), { signal: stop.signal });
      const reading = async (): Promise<void> => {
        for await (const _ of object.body) stop.abort();
      };
      await expect(reading()).rejects.toMatchObject({ failure: { code: 'aborted' } });
    });

    it('goes on after bodies that were left in the middle, cancelled, or cancelled when they were over', async () => {
      const bytes = randomBytes(MiB);
      await tested.put('/seg.ts', bytes);
      for (let round = 0; round < 20; round++) {
        const left = await fetchFrom(source, tested.urlOf('/seg.ts'));
        for await (const _ of left.body) break;
        (await fetchFrom(source, tested.urlOf('/seg.ts'))).cancel();
      }
      const object = await fetchFrom(source, tested.urlOf('/seg.ts'));
      expect((await bytesOf(object.body)).equals(bytes)).toBe(true);
      object.cancel();
    });

    it('serves many at a time', async () => {
      const objects = Array.from({ length: 40 }, (_, index) => ({
        path: `/seg-${index}.ts`,
        bytes: randomBytes(20_000 + index),
      }));
      for (const { path, bytes } of objects) await tested.put(path, bytes);
      const came = await Promise.all(
        objects.map(async ({ path }) => bytesOf((await fetchFrom(source, tested.urlOf(path))).body)),
      );
      expect(came.every((bytes, index) => objects[index]?.bytes.equals(bytes))).toBe(true);
    });
  });
}
