import { randomBytes } from 'node:crypto';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../src/domain/units.ts';
import { openHttpSource } from '../../src/storage/http/source.ts';
import type { FetchedObject, Source } from '../../src/storage/source.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';

const kinds = ['media', 'text'] as const;
const plain = Buffer.from(`WEBVTT\n\n${'00:01.000 --> 00:02.000\nthe same again\n'.repeat(2000)}`);
const media = randomBytes(200 * KiB);

let origin: Origin;
let source: Source;

beforeEach(async () => {
  origin = await startOrigin({ files: { '/seg.ts': 'media' } });
  source = openHttpSource({
    headers: [],
    connections: 1,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    maxRedirects: 5,
  });
});
afterEach(async () => {
  await source.close();
  await origin.stop();
});

/** Has the origin answer with these headers and bytes. */
function answer(headers: Readonly<Record<string, string>>, body: Uint8Array | string, status = 200): void {
  origin.behave('/file', { kind: 'answer', status, headers, body });
}

const lengthOf = (body: Uint8Array): { 'content-length': string } => ({ 'content-length': String(body.byteLength) });

const fetchFile = (kind: 'media' | 'text' = 'media'): Promise<FetchedObject> =>
  fetchFrom(source, `${origin.url}/file`, { kind });

const readFile = async (kind: 'media' | 'text' = 'media'): Promise<Buffer> => bytesOf((await fetchFile(kind)).body);

async function failureOfFile(kind: 'media' | 'text' = 'media'): Promise<unknown> {
  try {
    await readFile(kind);
    return 'no failure';
  } catch (error) {
    return error instanceof Error && 'failure' in error ? error.failure : error;
  }
}

const encoders = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  'deflate without a zlib header': deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;
const coded = Object.entries(encoders).map(([name, encode]) => [name, encode, name.split(' ', 1)[0] ?? ''] as const);

describe('a content coding', () => {
  it.each(coded)('%s is undone, whatever was asked for', async (_, encode, coding) => {
    for (const kind of kinds) {
      for (const bytes of [plain, media]) {
        const body = encode(bytes);
        answer({ 'content-encoding': coding.toUpperCase(), ...lengthOf(body) }, body);
        const object = await fetchFile(kind);
        expect((await bytesOf(object.body)).equals(bytes)).toBe(true);
        expect(object.sizeBytes).toBeUndefined();
      }
    }
  });

  it('is offered for texts and not for media', async () => {
    answer({}, plain);
    for (const kind of kinds) await readFile(kind);
    expect(origin.requests.map(({ headers }) => headers['accept-encoding'])).toEqual([
      'identity',
      'gzip, deflate, br, zstd',
    ]);
  });

  it.each(['Identity', 'aws-chunked', 'AWS-Chunked, identity'])('named %s is none', async (coding) => {
    answer({ 'content-encoding': coding, ...lengthOf(plain) }, plain);
    for (const kind of kinds) {
      const object = await fetchFile(kind);
      expect(object.sizeBytes).toBe(plain.byteLength);
      expect((await bytesOf(object.body)).equals(plain)).toBe(true);
    }
  });

  it.each(['aws-chunked,gzip', 'gzip, aws-chunked', 'identity, gzip'])('is undone once in %s', async (coding) => {
    answer({ 'content-encoding': coding }, gzipSync(plain));
    for (const kind of kinds) expect((await readFile(kind)).equals(plain)).toBe(true);
  });

  it('of nothing is nothing', async () => {
    answer({ 'content-encoding': 'gzip', 'content-length': '0' }, '');
    expect((await readFile()).byteLength).toBe(0);
  });

  it.each(coded)('%s that ends too early is a short body, which is tried again', async (_, encode, coding) => {
    for (const kind of kinds) {
      for (const bytes of [plain, media]) {
        const whole = encode(bytes);
        for (const cut of [whole.subarray(0, whole.byteLength / 2), whole.subarray(0, -1), whole.subarray(0, 0)]) {
          // Without a length, so that nothing but the coding tells.
          answer({ 'content-encoding': coding }, cut);
          expect(await failureOfFile(kind)).toMatchObject({ code: 'source.short-body', retryable: true });
        }
      }
    }
  });

  it.each(coded)('%s marks the end of a body that nothing else marks', async (_, encode, coding) => {
    for (const [headers, isUnframed] of [
      [{}, true],
      [{ 'content-encoding': coding }, false],
    ] as const) {
      // Keeps Node from marking the end by itself.
      answer({ connection: 'close', 'transfer-encoding': '', ...headers }, encode(plain));
      const object = await fetchFile();
      expect(object.isUnframed ?? false).toBe(isUnframed);
      object.cancel();
    }
  });

  it.each([
    ['unknown', 'zzz', 'an unknown content coding, zzz'],
    ['of Unix', 'compress', 'an unknown content coding, compress'],
    ['several', 'gzip, br', 'several content codings (gzip, br)'],
    ['twice the same', 'gzip,gzip', 'several content codings (gzip, gzip)'],
  ])('that is %s fails and says so', async (_, coding, message) => {
    answer({ 'content-encoding': coding }, gzipSync(plain));
    for (const kind of kinds) {
      expect(await failureOfFile(kind)).toMatchObject({
        code: 'source.wrong-body',
        message: expect.stringContaining(message),
      });
    }
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('%s that is declared and not there fails', async (coding) => {
    answer({ 'content-encoding': coding }, Buffer.from('WEBVTT, and plainly so'));
    for (const kind of kinds)
      expect(await failureOfFile(kind)).toMatchObject({
        code: 'source.wrong-body',
        message: expect.stringContaining(`says it sends ${coding}, and does not`),
      });
  });

  it('of several members or frames is undone to the last', async () => {
    for (const [coding, encode] of [
      ['gzip', gzipSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const parts = [plain, media, plain.subarray(0, 100), Buffer.alloc(0), media];
      const body = Buffer.concat(parts.map((part) => encode(part)));
      answer({ 'content-encoding': coding }, body);
      expect((await readFile()).equals(Buffer.concat(parts))).toBe(true);
      answer({ 'content-encoding': coding }, body.subarray(0, -1));
      expect(await failureOfFile()).toMatchObject({ code: 'source.short-body' });
    }
  });

  it('zstd that wants more memory than RFC 9659 grants is refused', async () => {
    const params = { [constants.ZSTD_c_windowLog]: 26, [constants.ZSTD_c_contentSizeFlag]: 0 };
    answer({ 'content-encoding': 'zstd' }, zstdCompressSync(randomBytes(17 * MiB), { params }));
    expect(await failureOfFile()).toMatchObject({
      code: 'source.wrong-body',
      message: expect.stringContaining('RFC 9659'),
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', (bytes: Uint8Array) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync],
  ] as const)('%s that would fill a disk is given up, with little held in memory', async (coding, encode) => {
    const bomb = encode(Buffer.alloc(512 * MiB));
    answer({ 'content-encoding': coding, ...lengthOf(bomb) }, bomb);
    for (const kind of kinds) {
      const before = process.memoryUsage().arrayBuffers;
      let readBytes = 0;
      let peak = 0;
      const read = async (): Promise<void> => {
        for await (const chunk of (await fetchFile(kind)).body) {
          readBytes += chunk.byteLength;
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
        }
      };
      await expect(read()).rejects.toMatchObject({ failure: { code: 'source.too-large', retryable: false } });
      expect(readBytes).toBeLessThan(128 * MiB);
      expect(peak).toBeLessThan(64 * MiB);
    }
  });

  it('lets the connection go when its reader leaves', async () => {
    const body = gzipSync(randomBytes(MiB));
    for (let round = 0; round < 3; round++) {
      answer({ 'content-encoding': 'gzip', ...lengthOf(body) }, body);
      for await (const _ of (await fetchFile('text')).body) break;
    }
    expect((await bytesOf((await fetchFrom(source, `${origin.url}/seg.ts`)).body)).toString()).toBe('media');
  });

  it('lets the connection go when it is refused', async () => {
    answer({ 'content-encoding': 'zzz' }, plain);
    await failureOfFile();
    expect((await bytesOf((await fetchFrom(source, `${origin.url}/seg.ts`)).body)).toString()).toBe('media');
  });
});

describe('an answer with status 206 to a request for everything', () => {
  const size = media.byteLength;
  const range = (value: string): { 'content-range': string } => ({ 'content-range': value });

  it('is the whole where its range is', async () => {
    for (const kind of kinds) {
      answer({ ...range(`bytes 0-${size - 1}/${size}`), ...lengthOf(media), etag: '"a"' }, media, 206);
      const object = await fetchFile(kind);
      expect(object).toMatchObject({ sizeBytes: size, validators: { etag: '"a"' } });
      expect((await bytesOf(object.body)).equals(media)).toBe(true);
    }
  });

  it('has its length from the range where nothing else says it', async () => {
    answer({ ...range(`Bytes 0-${size - 1}/${size}`), 'transfer-encoding': 'chunked' }, media, 206);
    const object = await fetchFile();
    expect(object.sizeBytes).toBe(size);
    expect((await bytesOf(object.body)).equals(media)).toBe(true);
    for (const bytes of [media.subarray(1), Buffer.concat([media, media])]) {
      answer({ ...range(`bytes 0-${size - 1}/${size}`), 'transfer-encoding': 'chunked' }, bytes, 206);
      expect(await failureOfFile()).toMatchObject({ code: 'source.short-body', retryable: true });
    }
  });

  it('may be coded: its range is of the coded bytes', async () => {
    const body = gzipSync(plain);
    const whole = range(`bytes 0-${body.byteLength - 1}/${body.byteLength}`);
    answer({ ...whole, ...lengthOf(body), 'content-encoding': 'gzip' }, body, 206);
    const object = await fetchFile();
    expect(object.sizeBytes).toBeUndefined();
    expect((await bytesOf(object.body)).equals(plain)).toBe(true);
  });

  it.each([
    ['the beginning', `bytes 0-99/${size}`, 100],
    ['the end', `bytes 100-${size - 1}/${size}`, size - 100],
    ['all of an unknown whole', `bytes 0-${size - 1}/*`, size],
    ['no bytes', `bytes */${size}`, 0],
    ['other units', `items 0-${size - 1}/${size}`, size],
    ['a whole of another length', `bytes 0-${size - 1}/${size}`, 100],
  ])('that has %s is tried again', async (_, value, length) => {
    answer({ ...range(value), 'content-length': String(length) }, media.subarray(0, length), 206);
    for (const kind of kinds) {
      expect(await failureOfFile(kind)).toMatchObject({
        code: 'source.short-body',
        retryable: true,
        message: expect.stringContaining('although all of it was asked for'),
      });
    }
  });

  it('without a range is no answer', async () => {
    answer({ 'content-type': 'multipart/byteranges; boundary=x' }, media, 206);
    expect(await failureOfFile()).toMatchObject({ code: 'source.status', status: 206, retryable: false });
  });
});
