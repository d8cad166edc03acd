import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProxySettings } from '../../src/config/values/proxies.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { MiB } from '../../src/domain/units.ts';
import { openHttpSource } from '../../src/storage/http/source.ts';
import type { ObjectStore, PutOptions } from '../../src/storage/object-store.ts';
import { awsCredentials } from '../../src/storage/s3/credentials.ts';
import { openS3Store } from '../../src/storage/s3/store.ts';
import type { FetchedObject, Source } from '../../src/storage/source.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { selfSigned } from '../servers/certificate.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';
import type { ForwardProxy, ForwardProxyOptions } from '../servers/forward-proxy.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';

const { signal } = new AbortController();
const user = { name: 'me', password: 'hu:sh p@ss' };
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function proxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const started = await startForwardProxy(options);
  closers.push(() => started.stop());
  return started;
}

async function origin(tls?: { readonly key: string; readonly cert: string }): Promise<Origin> {
  const started = await startOrigin({ files: { '/seg.ts': 'media' }, ...(tls ? { tls } : {}) });
  closers.push(() => started.stop());
  return started;
}

/** Both schemes go through one proxy. */
const all = (url: string, bypass: readonly string[] = []): ProxySettings => ({ http: url, https: url, bypass });

function source(proxies: ProxySettings, ca?: string): Source {
  const opened = openHttpSource({
    headers: [],
    connections: 1,
    connectTimeoutMs: 2000,
    headersTimeoutMs: 2000,
    bodyTimeoutMs: 2000,
    maxRedirects: 5,
    proxies,
    ...(ca === undefined ? {} : { ca }),
  });
  closers.push(() => opened.close());
  return opened;
}

async function failureFrom(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error && 'failure' in error ? error.failure : error),
  );
}

const fetchSegment = (from: Source, at: Origin): Promise<FetchedObject> => fetchFrom(from, `${at.url}/seg.ts`);
const textOf = async (object: FetchedObject): Promise<string> => (await bytesOf(object.body)).toString();

describe('a source', () => {
  it('in plain http is asked through the proxy, which forwards', async () => {
    const [through, home] = [await proxy({ user }), await origin()];
    const from = source(all(through.url));
    for (let round = 0; round < 3; round++) expect(await textOf(await fetchSegment(from, home))).toBe('media');
    const call = { method: 'GET', target: `${home.url}/seg.ts` };
    expect(through.calls).toEqual([call, call, call]);
    expect(home.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(home.requests[0]?.headers).toMatchObject({ host: new URL(home.url).host, 'accept-encoding': 'identity' });
  });

  it('over TLS is asked through a tunnel, which serves several requests', async () => {
    const certificate = await selfSigned('IP:127.0.0.1,DNS:localhost');
    const [through, home] = [await proxy({ user }), await origin(certificate)];
    const from = source(all(through.url), certificate.cert);
    for (let round = 0; round < 3; round++) expect(await textOf(await fetchSegment(from, home))).toBe('media');
    expect([...new Set(through.calls.map(({ method, target }) => `${method} ${target}`))]).toEqual([
      `CONNECT ${new URL(home.url).host}`,
    ]);
    expect(through.calls.length).toBeLessThan(3);
    expect(home.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('is reached through a proxy that speaks TLS itself', async () => {
    const certificate = await selfSigned('IP:127.0.0.1,DNS:localhost');
    const through = await proxy({ user, tls: certificate });
    for (const home of [await origin(), await origin(certificate)]) {
      expect(await textOf(await fetchSegment(source(all(through.url), certificate.cert), home))).toBe('media');
    }
    expect(through.calls).toHaveLength(2);
  });

  it('is asked directly where NO_PROXY says so, also after a redirect', async () => {
    const [through, home, other] = [await proxy(), await origin(), await origin()];
    home.behave('/moved.ts', { kind: 'redirect', to: `${other.url}/seg.ts` });
    const from = source(all(through.url, [new URL(other.url).host]));
    expect(await textOf(await fetchFrom(from, `${home.url}/moved.ts`))).toBe('media');
    expect(through.calls).toEqual([{ method: 'GET', target: `${home.url}/moved.ts` }]);
    expect(other.requests).toHaveLength(1);
  });

  it('answers with its own statuses, told to have come through the proxy where it may be of that', async () => {
    const [through, home] = [await proxy(), await origin()];
    home.behave('/seg.ts', { kind: 'status', status: 403 });
    expect(await failureFrom(fetchSegment(source(all(through.url)), home))).toMatchObject({
      code: 'source.denied',
      message: `${home.url}/seg.ts (through the proxy ${through.url} (HTTP_PROXY)) refused access (status 403)`,
    });
  });

  it('that sends more than it is read for waits, also through a proxy', async () => {
    const [through, home] = [await proxy(), await origin()];
    const large = randomBytes(3 * MiB);
    home.put('/large.ts', large);
    const object = await fetchFrom(source(all(through.url)), `${home.url}/large.ts`);
    expect((await bytesOf(object.body)).equals(large)).toBe(true);
  });
});

describe('a proxy that is to be mended is named, without its password', () => {
  const cases = [
    ['http', undefined],
    ['https', 'tls'],
  ] as const;
  it.each(cases)('where it wants other credentials, for %s', async (_, tls) => {
    const certificate = await selfSigned('IP:127.0.0.1,DNS:localhost');
    const [through, home] = [await proxy({ user }), await origin(tls && certificate)];
    for (const url of [through.url.replace('hu%3Ash', 'wrong-hu-sh'), through.url.replace(/\/\/.*@/, '//')]) {
      const told = await failureFrom(fetchSegment(source(all(url), certificate.cert), home));
      expect(told).toMatchObject({
        code: 'proxy.denied',
        retryable: false,
        message: expect.stringMatching(/^the proxy http:\/\/127.0.0.1:\d+ \(HTTPS?_PROXY\) wants other credentials/),
      });
      expect(JSON.stringify(told)).not.toMatch(/hu-sh|p@ss|p%40ss/);
    }
  });

  it.each(cases)('where nothing listens, for %s', async (scheme, tls) => {
    const home = await origin(tls && (await selfSigned('IP:127.0.0.1,DNS:localhost')));
    const url = `http://me:hush@127.0.0.1:${await freePort()}`;
    expect(await failureFrom(fetchSegment(source(all(url)), home))).toMatchObject({
      code: 'source.unreachable',
      retryable: true,
      message: `the proxy ${url.replace('me:hush@', '')} (${scheme.toUpperCase()}_PROXY): nothing listens there (connection refused) (${home.url}/seg.ts)`,
    });
  });

  it.each(cases)('where nobody knows its name, for %s', async (_, tls) => {
    const home = await origin(tls && (await selfSigned('IP:127.0.0.1,DNS:localhost')));
    expect(await failureFrom(fetchSegment(source(all('http://me:hush@nowhere.invalid:3128')), home))).toMatchObject({
      code: 'source.unreachable',
      message: expect.stringMatching(/^the proxy http:\/\/nowhere.invalid:3128 .*the name cannot be resolved/),
    });
  });

  it.each([
    [403, 'source.refused', false, 'lets nobody through to'],
    [502, 'source.unreachable', true, 'could not reach'],
  ])('where it answers a tunnel with %i', async (status, code, retryable, words) => {
    const [through, home] = [await proxy(), await origin(await selfSigned('IP:127.0.0.1,DNS:localhost'))];
    through.answer(() => status);
    expect(await failureFrom(fetchSegment(source(all(through.url)), home))).toMatchObject({
      code,
      retryable,
      message: expect.stringContaining(`the proxy ${through.url} (HTTPS_PROXY) ${words} ${new URL(home.url).host}`),
    });
  });

  it('where it cannot reach a plain host', async () => {
    const through = await proxy();
    const told = failureFrom(
      source(all(through.url)).fetch(`http://127.0.0.1:${await freePort()}/seg.ts`, { kind: 'media', signal }),
    );
    expect(await told).toMatchObject({
      code: 'source.status',
      status: 502,
      message: expect.stringContaining('through the proxy'),
    });
  });
});

describe('a store', () => {
  let endpoint = '';
  beforeEach(async () => {
    const server = await startFauxqs();
    closers.push(() => server.stop());
    endpoint = server.endpoint;
    bucket = server.bucket;
  });
  let bucket = '';
  const put: PutOptions = {
    contentType: 'video/mp2t',
    cacheControl: 'no-store',
    metadata: {},
    condition: undefined,
    signal,
  };

  function store(proxies: ProxySettings): ObjectStore {
    const opened = openS3Store({
      bucket,
      prefix: 'vod',
      region: 'us-east-1',
      endpoint,
      credentials: () => Promise.resolve({ accessKeyId: 'key', secretAccessKey: 'secret' }),
      connections: 2,
      timeouts: { connectTimeoutMs: 2000, headersTimeoutMs: 2000, bodyTimeoutMs: 2000 },
      proxies,
    });
    closers.push(() => opened.close());
    return opened;
  }

  it('is written to, read and listed through the proxy, uploads in parts too', async () => {
    const through = await proxy({ user });
    const behind = store(all(through.url));
    const body = randomBytes(1000);
    await behind.put('a.ts', body, crc32Hex(body), put);
    const parts = [randomBytes(5 * MiB), randomBytes(1000)] as const;
    const upload = await behind.upload('b.ts', put);
    for (const [at, part] of parts.entries()) await upload.part(at + 1, part, { signal });
    await upload.complete(crc32Hex(Buffer.concat(parts)));
    const got = await behind.get('b.ts', { signal });
    expect(got && (await bytesOf(got.body)).equals(Buffer.concat(parts))).toBe(true);
    const keys: string[] = [];
    for await (const { key } of behind.list('', { signal })) keys.push(key);
    expect(keys).toEqual(['a.ts', 'b.ts']);
    const writes = through.calls.map(
      ({ method, target }) => `${method} ${target.slice(endpoint.length).replace(/uploadId=[^&]*/, 'uploadId')}`,
    );
    expect(writes).toEqual(
      expect.arrayContaining([
        `PUT /${bucket}/vod/a.ts`,
        expect.stringMatching(/^POST .*b\.ts\?uploads=/),
        expect.stringMatching(/^PUT .*b\.ts\?partNumber=2&uploadId/),
        expect.stringMatching(/^POST .*b\.ts\?uploadId/),
        expect.stringMatching(/^GET .*list-type=2/),
      ]),
    );
  });

  it('is reached directly where NO_PROXY covers it', async () => {
    const through = await proxy();
    await store(all(through.url, ['127.0.0.1'])).head('a.ts', { signal });
    expect(through.calls).toEqual([]);
  });

  it.each(['put', 'upload'] as const)('behind a proxy with other credentials halts a %s and names it', async (kind) => {
    const through = await proxy({ user });
    const behind = store(all(through.url.replace('hu%3Ash', 'wrong-hush')));
    const told = await failureFrom(
      kind === 'put'
        ? behind.put('a.ts', Buffer.from('x'), crc32Hex(Buffer.from('x')), put)
        : behind.upload('a.ts', put),
    );
    expect(told).toMatchObject({
      code: 'proxy.denied',
      message: expect.stringMatching(/^the proxy http:\/\/127.0.0.1:\d+ \(HTTP_PROXY\) wants other credentials/),
    });
    expect(JSON.stringify(told)).not.toContain('hush');
  });

  it.each(['put', 'upload'] as const)('behind a proxy that is not there names it, for a %s', async (kind) => {
    const url = `http://me:hush@127.0.0.1:${await freePort()}`;
    const behind = store(all(url));
    const told = await failureFrom(
      kind === 'put'
        ? behind.put('a.ts', Buffer.from('x'), crc32Hex(Buffer.from('x')), put)
        : behind.upload('a.ts', put),
    );
    expect(told).toMatchObject({ code: 'store.unreachable', retryable: true });
    expect(JSON.stringify(told)).toContain(`the proxy ${url.replace('me:hush@', '')} (HTTP_PROXY): nothing listens`);
  });

  it('whose answer is of the proxy is told to have come through it', async () => {
    const through = await proxy();
    through.answer(() => 502);
    expect(await failureFrom(store(all(through.url)).head('a.ts', { signal }))).toMatchObject({
      code: 'store.status',
      message: expect.stringContaining(`(through the proxy ${through.url} (HTTP_PROXY))`),
    });
  });
});

describe('credentials of AWS', () => {
  it('that a role grants are asked for through the proxy', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-role-'));
    closers.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'token'), 'web-identity');
    // What AWS's Security Token Service answers.
    const sts = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(assumedRole));
    }).listen(0, '127.0.0.1');
    await once(sts, 'listening');
    closers.push(async () => sts.close());
    const endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
    const variables = {
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/mover',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: undefined,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    closers.push(async () => vi.unstubAllEnvs());
    const through = await proxy({ user });
    expect(await awsCredentials(undefined, all(through.url))()).toMatchObject({ accessKeyId: 'of the role' });
    expect(through.calls).toEqual([{ method: 'POST', target: `${endpoint}/` }]);
    const wrong = all(through.url.replace('hu%3Ash', 'wrong-hush'));
    await expect(awsCredentials(undefined, wrong)()).rejects.toThrow(
      /the proxy http:\/\/127.0.0.1:\d+ \(HTTP_PROXY\) wants other/,
    );
  });
});

const assumedRole = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/mover/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>of the role</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
      <Expiration>2099-01-01T00:00:00Z</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;
