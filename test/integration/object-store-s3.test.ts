import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/domain/failure.ts';
import type { Failure, FailureCode } from '../../src/domain/failure.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import type { ObjectStore, PutOptions, PutResult } from '../../src/storage/object-store.ts';
import type { S3StoreOptions } from '../../src/storage/s3/store.ts';
import { selfSigned } from '../servers/certificate.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';
import { freePort } from '../servers/free-port.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startTamperingProxy } from '../servers/tampering-proxy.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';

const { signal } = new AbortController();
const plain: PutOptions = { contentType: 'video/mp2t', cacheControl: 'public', signal };
const secret = 'a-secret-that-must-not-show';

const stores: ObjectStore[] = [];
const opened = (store: ObjectStore): ObjectStore => {
  stores.push(store);
  return store;
};
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

const put = (store: ObjectStore, key: string, text = 'bytes', options: Partial<PutOptions> = {}): Promise<PutResult> =>
  store.put(key, Buffer.from(text), crc32Hex(Buffer.from(text)), { ...plain, ...options });
const list = (store: ObjectStore): Promise<unknown> => store.list('', { signal })[Symbol.asyncIterator]().next();
/** All but HEAD, whose answer says no more than a status. */
const anyAction = (store: ObjectStore): Promise<unknown>[] => [
  put(store, 'a.ts'),
  store.get('a.ts', { signal }),
  store.delete('a.ts', { signal }),
  list(store),
  store.upload('a.ts', plain),
];
/** More than fits into what the system buffers of a connection. The server refuses it by its head alone, and closes. */
const large = 'x'.repeat(12_000_000);
const expectRefusals = async (store: ObjectStore, stranger: ObjectStore): Promise<void> => {
  expect(await put(store, 'large.ts', large)).toMatchObject({ result: 'stored' });
  for (let time = 0; time < 5; time += 1) {
    const again = put(store, 'large.ts', large, { condition: { ifNoneMatch: '*' } });
    expect(await again).toEqual({ result: 'precondition-failed' });
    expect(await failure(put(stranger, 'large.ts', large))).toMatchObject({ code: 'store.credentials' });
  }
};
const failure = async (action: Promise<unknown>): Promise<Failure> =>
  action.then(() => expect.fail('it went well'), failureOf);
const expectCodes = async (actions: readonly Promise<unknown>[], code: FailureCode): Promise<void> => {
  const failures = await Promise.all(actions.map(failure));
  expect(failures.map((each) => each.code)).toEqual(actions.map(() => code));
  for (const { message } of failures) expect(message).not.toContain(secret);
};

describe.skipIf(!hasVersitygw)('S3 as versitygw speaks it', () => {
  let server: Versitygw;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());
  const open = (changes: Partial<S3StoreOptions> = {}, prefix = ''): ObjectStore =>
    opened(openS3At(server, prefix, changes));
  const as = (accessKeyId: string): Partial<S3StoreOptions> => ({
    credentials: async () => ({ accessKeyId, secretAccessKey: secret }),
  });

  it('refuses a wrong secret and an unknown access key, in whatever is asked', async () => {
    for (const accessKeyId of [server.accessKeyId, 'nobody'])
      await expectCodes(anyAction(open(as(accessKeyId))), 'store.credentials');
  });

  it('says that the bucket is missing, in whatever is asked', async () => {
    const store = open({ bucket: 'no-such-bucket' });
    await expectCodes(anyAction(store), 'store.no-bucket');
    expect((await failure(put(store, 'a.ts'))).message).toContain('s3://no-such-bucket/a.ts');
  });

  it('says that the region is wrong', async () => {
    const store = open({ region: 'eu-north-1' });
    expect(await failure(put(store, 'a.ts'))).toMatchObject({
      code: 'store.no-bucket',
      message: expect.stringContaining('us-east-1'),
    });
    expect(await failure(list(store))).toMatchObject({ code: 'store.no-bucket' });
  });

  it('tells why it refuses a large body, for which it does not wait', async () => {
    await expectRefusals(open(), open(as('nobody')));
  });

  it('cannot hold a key that is also the folder of another', async () => {
    const store = open();
    await put(store, 'both/file.ts');
    await expectCodes([put(store, 'both'), put(store, 'both/file.ts/below.ts')], 'store.key');
  });

  it('has the keys below the prefix, and tells them without it', async () => {
    const [one, other] = [open({}, '/videos/one/'), open({}, 'videos/one-more')];
    await put(one, 'a.ts', 'of one');
    await put(other, 'b.ts', 'of the other');
    expect(await list(one)).toMatchObject({ value: { key: 'a.ts' } });
    expect(await list(other)).toMatchObject({ value: { key: 'b.ts' } });
    expect(await readFile(join(server.folder, 'videos/one/a.ts'), 'utf8')).toBe('of one');
    expect(one.name).toBe('s3://library/videos/one');
  });

  it('tells the CRC-32 of an object, also of one that came in parts', async () => {
    const store = open();
    await put(store, 'sum.ts', '123456789');
    expect(await store.head('sum.ts', { signal })).toMatchObject({ crc32: 'cbf43926' });
    const upload = await store.upload('parts.ts', plain);
    const parts = [new Uint8Array(store.limits.minPartBytes).fill(1), Buffer.from('end')];
    for (const [index, part] of parts.entries()) await upload.part(index + 1, part, { signal });
    await upload.complete(crc32Hex(Buffer.concat(parts)));
    expect(await store.head('parts.ts', { signal })).toMatchObject({ crc32: crc32Hex(Buffer.concat(parts)) });
  });

  it('refuses bytes that were changed on the way', async () => {
    const proxy = await startTamperingProxy(server.endpoint, {
      from: 'these are the bytes',
      to: 'these were the byte',
    });
    const store = open({ endpoint: proxy.endpoint });
    expect(await failure(put(store, 'tampered.ts', 'these are the bytes'))).toMatchObject({
      code: 'store.checksum',
      retryable: true,
    });
    expect(await store.head('tampered.ts', { signal })).toBeUndefined();
    const upload = await store.upload('tampered.ts', plain);
    expect(await failure(upload.part(1, Buffer.from('these are the bytes'), { signal }))).toMatchObject({
      code: 'store.checksum',
    });
    await upload.abort();
    await proxy.stop();
  });

  it('refuses a checksum that was changed along with them', async () => {
    const proxy = await startTamperingProxy(server.endpoint, { from: 'y/Q5Jg==', to: 'AAAAAA==' });
    const store = open({ endpoint: proxy.endpoint });
    expect(await failure(put(store, 'forged.ts', '123456789'))).toMatchObject({ code: 'store.credentials' });
    await proxy.stop();
  });
});

describe.skipIf(!hasVersitygw)('S3 over TLS', () => {
  let folder: string;
  let ca: string;
  let server: Versitygw;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-tls-'));
    const { key, cert } = await selfSigned('IP:127.0.0.1');
    ca = cert;
    const tls = { keyPath: join(folder, 'key.pem'), certPath: join(folder, 'cert.pem') };
    await writeFile(tls.keyPath, key);
    await writeFile(tls.certPath, cert);
    server = await startVersitygw({ tls });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is taken when its authority is given', async () => {
    const store = opened(openS3At(server, '', { ca }));
    expect(await put(store, 'a.ts')).toMatchObject({ result: 'stored' });
    expect(await list(store)).toMatchObject({ value: { key: 'a.ts' } });
  });

  it('tells why it refuses a large body, for which it does not wait', async () => {
    const credentials = async () => ({ accessKeyId: 'nobody', secretAccessKey: secret });
    await expectRefusals(opened(openS3At(server, '', { ca })), opened(openS3At(server, '', { ca, credentials })));
  });

  it('is reached through a tunnel of a proxy, which sees nothing but its address', async () => {
    const proxy = await startForwardProxy({ user: { name: 'me', password: 'hush' } });
    try {
      const store = opened(openS3At(server, 'tunnel', { ca, proxies: { https: proxy.url, bypass: [] } }));
      expect(await put(store, 'a.ts')).toMatchObject({ result: 'stored' });
      const part = Buffer.alloc(store.limits.minPartBytes, 'x');
      const upload = await store.upload('b.ts', plain);
      await upload.part(1, part, { signal });
      expect(await upload.complete(crc32Hex(part))).toMatchObject({ result: 'stored' });
      const { host } = new URL(server.endpoint);
      expect([...new Set(proxy.calls.map(({ method, target }) => `${method} ${target}`))]).toEqual([`CONNECT ${host}`]);
    } finally {
      await proxy.stop();
    }
  });

  it('is refused when nobody vouches for it, and not tried again', async () => {
    const store = opened(openS3At(server, ''));
    for (const action of [() => put(store, 'a.ts'), () => list(store)]) {
      expect(await failure(action())).toMatchObject({
        code: 'store.unreachable',
        retryable: false,
        message: expect.stringContaining('--ca'),
      });
    }
  });
});

describe('a store in trouble', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const at = (port: number, changes: Partial<S3StoreOptions> = {}): ObjectStore =>
    opened(
      openS3At(
        {
          endpoint: `http://127.0.0.1:${port}`,
          region: 'us-east-1',
          accessKeyId: 'any',
          secretAccessKey: secret,
          bucket: 'library',
          stop: async () => undefined,
        },
        '',
        changes,
      ),
    );
  const answering = async (listener: RequestListener, changes?: Partial<S3StoreOptions>): Promise<ObjectStore> => {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return at((started.address() as AddressInfo).port, changes);
  };
  const error =
    (status: number, code: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
    (request, response) => {
      request
        .resume()
        .on('end', () =>
          response.writeHead(status, headers).end(`<Error><Code>${code}</Code><Message>it says</Message></Error>`),
        );
    };

  it('that nobody listens for is unreachable', async () => {
    const store = at(await freePort());
    await expectCodes([...anyAction(store), store.head('a.ts', { signal })], 'store.unreachable');
  });

  it('that asks for fewer requests says when to come back', async () => {
    const store = await answering(error(503, 'SlowDown', { 'retry-after': '3' }));
    for (const action of [() => put(store, 'a.ts'), () => list(store)]) {
      expect(await failure(action())).toMatchObject({ code: 'store.throttled', status: 503, retryAfterMs: 3000 });
    }
  });

  it('that is asked once is asked once', async () => {
    let requests = 0;
    const store = await answering((request, response) => {
      requests += 1;
      error(500, 'InternalError')(request, response);
    });
    expect(await failure(put(store, 'a.ts'))).toMatchObject({ code: 'store.status', retryable: true });
    expect(await failure(list(store))).toMatchObject({ code: 'store.status', retryable: true });
    expect(requests).toBe(2);
  });

  it('that sends us to another region names it', async () => {
    const store = await answering(error(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' }));
    for (const action of [() => put(store, 'a.ts'), () => store.head('a.ts', { signal }), () => list(store)]) {
      expect(await failure(action())).toMatchObject({
        code: 'store.no-bucket',
        message: expect.stringContaining('eu-west-1'),
      });
    }
  });

  it('that does not answer is given up', async () => {
    const timeouts = { connectTimeoutMs: 1000, headersTimeoutMs: 100, bodyTimeoutMs: 100 };
    const store = await answering((request) => void request.resume(), { timeouts });
    for (const action of [() => put(store, 'a.ts'), () => list(store)]) {
      expect(await failure(action())).toMatchObject({ code: 'store.timeout', retryable: true });
    }
  });

  it('that hangs up is unreachable', async () => {
    const store = await answering((request) => request.destroy());
    await expectCodes([put(store, 'a.ts'), store.get('a.ts', { signal })], 'store.unreachable');
  });

  it('that breaks off within an object says so to the reader', async () => {
    const store = await answering((_, response) => {
      response.writeHead(200, { 'content-length': '1000', etag: '"a"' });
      response.write('the beginning', () => response.destroy());
    });
    const got = await store.get('a.ts', { signal });
    const read = async (): Promise<void> => {
      for await (const chunk of got?.body ?? []) expect(chunk.byteLength).toBeGreaterThan(0);
    };
    expect(await failure(read())).toMatchObject({ code: 'store.unreachable' });
  });

  it('stops waiting when the signal is aborted', async () => {
    const controller = new AbortController();
    const store = await answering(() => controller.abort());
    expect(await failure(put(store, 'a.ts', 'bytes', { signal: controller.signal }))).toMatchObject({
      code: 'aborted',
    });
  });

  it('without credentials says so', async () => {
    const store = await answering(error(500, 'InternalError'), {
      credentials: () => Promise.reject(new Error('none')),
    });
    expect(await failure(put(store, 'a.ts'))).toMatchObject({ message: expect.stringContaining('none') });
  });

  it('that is closed meanwhile stops what is under way', async () => {
    let asked = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (asked = resolve));
    const store = await answering(() => asked());
    const writing = failure(put(store, 'a.ts'));
    await underWay;
    await store.close();
    expect(await writing).toMatchObject({ code: 'aborted' });
  });
});
