import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { openS3Source } from '../../src/storage/s3/source.ts';
import type { S3SourceOptions } from '../../src/storage/s3/source.ts';
import { isOriginAnswering } from '../../src/storage/probe/reachability.ts';
import type { Source } from '../../src/storage/source.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy } from '../servers/counting-proxy.ts';
import { freePort } from '../servers/free-port.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';

describe.skipIf(!hasVersitygw)('a source in a bucket', () => {
  let server: Versitygw;
  let proxy: CountingProxy;
  const opened: Source[] = [];

  beforeAll(async () => {
    server = await startVersitygw({ region: 'eu-south-2' });
    proxy = await startCountingProxy(server.endpoint);
    const store = openS3At(server, '');
    const bytes = Buffer.from('media');
    const { signal } = new AbortController();
    await store.put('a/seg.ts', bytes, crc32Hex(bytes), {
      contentType: 'video/mp2t',
      cacheControl: 'no-store',
      signal,
    });
    await store.close();
  });
  afterAll(async () => {
    await Promise.all(opened.map((source) => source.close()));
    await proxy.stop();
    await server.stop();
  });

  const open = (changes: Partial<S3SourceOptions> = {}): Source => {
    const { accessKeyId, secretAccessKey } = server;
    const keys = { accessKeyId, secretAccessKey };
    const source = openS3Source({
      connections: 2,
      connectTimeoutMs: 5_000,
      headersTimeoutMs: 5_000,
      bodyTimeoutMs: 5_000,
      endpoint: proxy.endpoint,
      region: 'eu-south-2',
      credentials: async () => keys,
      mayRead: () => true,
      ...changes,
    });
    opened.push(source);
    return source;
  };
  const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => 'it was there',
      (error: unknown) => (error instanceof FlantsError ? error.failure : error),
    );
  const url = 's3://library/a/seg.ts';
  const { signal } = new AbortController();

  it('is asked for an object where it is to be known whether it answers at all', async () => {
    expect(await isOriginAnswering(open(), url, signal)).toBe(true);
    const port = await freePort();
    const dead = open({ endpoint: `http://127.0.0.1:${port}` });
    expect(await isOriginAnswering(dead, url, signal)).toBe(false);
  });

  it('learns from the store in which region a bucket is, and remembers', async () => {
    const source = open({ region: 'us-east-1' });
    proxy.clear();
    expect((await bytesOf((await fetchFrom(source, url)).body)).toString()).toBe('media');
    expect(await source.sizeOf(url, { signal })).toBe(5);
    expect(proxy.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it('says which right is missing, or which key is wrong', async () => {
    const credentials = async () => ({ accessKeyId: server.accessKeyId, secretAccessKey: 'another' });
    expect(await failureOf(fetchFrom(open({ credentials }), url))).toMatchObject({
      code: 'source.denied',
      message: expect.stringContaining('the secret access key does not belong to the access key') as string,
      retryable: false,
      status: 403,
    });
    proxy.answer(() => 403);
    const asked = [fetchFrom(open(), url), open().sizeOf(url, { signal })];
    for (const failure of await Promise.all(asked.map(failureOf))) {
      expect(failure).toMatchObject({
        code: 'source.denied',
        message: expect.stringMatching(/^s3:\/\/library\/a\/seg\.ts: the credentials lack s3:GetObject/) as string,
      });
    }
    proxy.answer(() => undefined);
  });

  it('tells an object that is gone from a bucket that is none', async () => {
    expect(await failureOf(fetchFrom(open(), 's3://library/a/gone.ts'))).toMatchObject({
      code: 'source.not-found',
      message: 's3://library/a/gone.ts is not there (status 404)',
    });
    expect(await failureOf(fetchFrom(open(), 's3://nobodys/a.ts'))).toMatchObject({
      code: 'source.not-found',
      message: expect.stringContaining('there is no such bucket at http://127.0.0.1') as string,
    });
  });

  it('takes a throttle for what it is', async () => {
    proxy.answer(() => 503);
    expect(await failureOf(fetchFrom(open(), url))).toMatchObject({ code: 'source.throttled', retryable: true });
    proxy.answer(() => 500);
    expect(await failureOf(fetchFrom(open(), url))).toMatchObject({ code: 'source.status', retryable: true });
    proxy.answer(() => undefined);
  });

  it('asks for no object of a bucket that nobody named, and for none outside of its own', async () => {
    const source = open({ mayRead: (bucket) => bucket === 'library' });
    proxy.clear();
    expect(await failureOf(fetchFrom(source, 's3://private/secret.ts'))).toMatchObject({
      code: 'source.forbidden',
      message: expect.stringContaining('--allow-host private') as string,
    });
    expect(await failureOf(fetchFrom(source, 's3://library/a%2F..%2F..%2Fprivate%2Fsecret.ts'))).toMatchObject({
      code: 'source.refused',
    });
    expect(proxy.requests).toEqual([]);
  });
});
