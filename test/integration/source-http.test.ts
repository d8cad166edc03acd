import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KiB, MiB, minute } from '../../src/domain/units.ts';
import { scopeHeaders } from '../../src/storage/http/headers.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { failureFrom, httpSources, signal } from './http-sources.ts';

let origin: Origin;
let other: Origin;

beforeEach(async () => {
  origin = await startOrigin({
    files: { '/seg.ts': randomBytes(20 * KiB), '/main.m3u8': '#EXTM3U\n#EXT-X-ENDLIST\n' },
  });
  other = await startOrigin({ files: { '/seg.ts': 'from the other host' } });
});
afterEach(async () => {
  await Promise.all([origin.stop(), other.stop()]);
});
const open = httpSources();

describe('what it asks for', () => {
  it('wants media as the bytes themselves', async () => {
    const object = await fetchFrom(open(), `${origin.url}/seg.ts`);
    await bytesOf(object.body);
    expect(origin.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'flants' });
    expect(object.contentType).toBe('video/mp2t');
  });

  it('sends the query, never the fragment', async () => {
    const object = await fetchFrom(open(), `${origin.url}/seg.ts?token=1#t=3`);
    await bytesOf(object.body);
    expect(origin.requests[0]?.path).toBe('/seg.ts?token=1');
    expect(object.finalUrl).toBe(`${origin.url}/seg.ts?token=1`);
  });

  it('sends both validators as they were given, weak ones too', async () => {
    const unless = { etag: 'W/"abc"', lastModified: 'Mon, 23 Nov 2026 08:00:00 GMT' };
    const object = await fetchFrom(open(), `${origin.url}/seg.ts`, { unless });
    await bytesOf(object.body);
    expect(origin.requests[0]?.headers).toMatchObject({
      'if-none-match': 'W/"abc"',
      'if-modified-since': unless.lastModified,
    });
  });

  it('takes an object without validators and without a size', async () => {
    origin.behave('/seg.ts', {
      kind: 'answer',
      headers: { 'transfer-encoding': 'chunked', 'content-type': 'Video/MP2T; x=y' },
      body: 'bytes',
    });
    const object = await fetchFrom(open(), `${origin.url}/seg.ts`);
    expect((await bytesOf(object.body)).toString()).toBe('bytes');
    expect(object.validators).toEqual({});
    expect(object.sizeBytes).toBeUndefined();
    expect(object.contentType).toBe('video/mp2t');
  });
});

describe('statuses', () => {
  const cases: [status: number, headers: Record<string, string>, failure: Record<string, unknown>][] = [
    [401, {}, { code: 'source.denied', retryable: true, status: 401 }],
    [403, {}, { code: 'source.denied', retryable: true, status: 403 }],
    [404, {}, { code: 'source.not-found', retryable: false, status: 404 }],
    [410, {}, { code: 'source.gone', retryable: true, status: 410 }],
    [429, {}, { code: 'source.throttled', retryable: true, status: 429 }],
    [429, { 'retry-after': '7' }, { code: 'source.throttled', retryAfterMs: 7000 }],
    [503, { 'retry-after': '86400' }, { code: 'source.throttled', status: 503, retryAfterMs: 600_000 }],
    [503, {}, { code: 'source.throttled', retryable: true, status: 503 }],
    [500, {}, { code: 'source.status', retryable: true, status: 500 }],
    [400, {}, { code: 'source.status', retryable: false, status: 400 }],
    [204, {}, { code: 'source.status', retryable: false, status: 204 }],
    [206, {}, { code: 'source.status', retryable: false, status: 206 }],
    [304, {}, { code: 'source.status', retryable: false, status: 304 }],
    [302, {}, { code: 'source.status', retryable: false, status: 302 }],
  ];
  it.each(cases)('tells what %i %o means, without the query of the URL', async (status, headers, failure) => {
    origin.behave('/seg.ts', { kind: 'status', status, headers });
    const told = await failureFrom(open().fetch(`${origin.url}/seg.ts?token=secret`, { kind: 'media', signal }));
    expect(told).toMatchObject(failure);
    expect(JSON.stringify(told)).toContain(`${origin.url}/seg.ts`);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it('uses one connection again after refusals', async () => {
    const source = open({ connections: 1 });
    for (let round = 0; round < 5; round++)
      await failureFrom(source.fetch(`${origin.url}/nowhere`, { kind: 'media', signal }));
    await bytesOf((await fetchFrom(source, `${origin.url}/seg.ts`)).body);
    expect(await origin.connections()).toBe(1);
  });

  it('does not wait for a large page that is announced with a refusal', async () => {
    const heads = ['500 Internal Server Error\r\nContent-Length: 1000000000', '200 OK\r\nContent-Length: 1'];
    const server = createServer((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 ${heads.shift()}\r\n\r\nx`)).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const source = open({ connections: 1, bodyTimeoutMs: minute });
    expect(await failureFrom(source.fetch(url, { kind: 'media', signal }))).toMatchObject({ status: 500 });
    expect(await bytesOf((await fetchFrom(source, url)).body)).toHaveLength(1);
    server.close();
  });

  it('does not read a large page that comes with a refusal', async () => {
    const whole = 1024 * MiB;
    const closed = Promise.withResolvers<number>();
    const server = createServer((socket) => {
      let sent = 0;
      const send = (): void => {
        const isWanted = sent < whole && !socket.destroyed;
        if (isWanted) socket.write(Buffer.alloc(MiB), send);
        sent += isWanted ? MiB : 0;
      };
      socket.once('data', () => {
        socket.write(`HTTP/1.1 500 Internal Server Error\r\nContent-Length: ${whole}\r\n\r\n`);
        send();
      });
      socket.on('error', () => undefined).once('close', () => closed.resolve(sent));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const refused = await failureFrom(open().fetch(`http://127.0.0.1:${port}/`, { kind: 'media', signal }));
    expect(refused).toMatchObject({ code: 'source.status', status: 500 });
    expect(await closed.promise).toBeLessThan(whole / 8);
    server.close();
  });
});

describe('redirects', () => {
  it('are followed, and the end is told', async () => {
    origin.behave('/old/seg.ts', { kind: 'redirect', to: '../seg.ts#there', status: 301 });
    origin.behave('/seg.ts', { kind: 'redirect', to: `${other.url}/seg.ts`, status: 307 });
    const object = await fetchFrom(open(), `${origin.url}/old/seg.ts`);
    expect(object.finalUrl).toBe(`${other.url}/seg.ts`);
    expect((await bytesOf(object.body)).toString()).toBe('from the other host');
  });

  it('are not followed in a circle', async () => {
    origin.behave('/a', { kind: 'redirect', to: '/b' });
    origin.behave('/b', { kind: 'redirect', to: '/a' });
    expect(await failureFrom(open().fetch(`${origin.url}/a`, { kind: 'media', signal }))).toMatchObject({
      code: 'source.redirects',
      retryable: false,
    });
    expect(origin.countOf('/a')).toBe(1);
  });

  it('are not followed without end', async () => {
    for (let step = 0; step < 10; step++) origin.behave(`/${step}`, { kind: 'redirect', to: `/${step + 1}` });
    expect(
      await failureFrom(open({ maxRedirects: 5 }).fetch(`${origin.url}/0`, { kind: 'media', signal })),
    ).toMatchObject({ code: 'source.redirects' });
    expect(origin.requests).toHaveLength(6);
  });

  it.each(['file:///etc/passwd', 'ftp://host/x', 'http://'])('to %s are refused', async (to) => {
    origin.behave('/seg.ts', { kind: 'redirect', to });
    expect(await failureFrom(open().fetch(`${origin.url}/seg.ts`, { kind: 'media', signal }))).toMatchObject({
      code: 'source.refused',
    });
  });

  it.each([
    ['UTF-8', 'utf8', '/caf%C3%A9/%E6%98%A0%E5%83%8F.ts?t=%C3%A9'],
    ['Latin-1', 'latin1', '/caf%E9/%20.ts?t=%E9'],
  ] as const)('in raw %s lead where these bytes do', async (_, encoding, expected) => {
    const to = Buffer.from(encoding === 'utf8' ? '/café/映像.ts?t=é' : '/café/ .ts?t=é', encoding);
    const asked: (string | undefined)[] = [];
    const server = createHttpServer((request, response) => {
      asked.push(request.url);
      // Node writes headers as Latin-1.
      if (asked.length === 1) response.writeHead(302, { location: to.toString('latin1') }).end();
      else response.end('media');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const object = await fetchFrom(open(), `http://127.0.0.1:${port}/seg.ts`);
      expect((await bytesOf(object.body)).toString()).toBe('media');
      expect(asked[1]).toBe(expected);
      expect(object.finalUrl).toBe(`http://127.0.0.1:${port}${expected}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('still ask conditionally where they lead', async () => {
    origin.behave('/old.ts', { kind: 'redirect', to: '/seg.ts' });
    const source = open();
    const first = await fetchFrom(source, `${origin.url}/old.ts`);
    await bytesOf(first.body);
    expect(await source.fetch(`${origin.url}/old.ts`, { kind: 'media', signal, unless: first.validators })).toEqual({
      result: 'not-modified',
    });
  });
});

describe('credentials', () => {
  it('go to the hosts they are for and not where a redirect leads', async () => {
    origin.behave('/moved.ts', { kind: 'redirect', to: `${other.url}/seg.ts` });
    const source = open({
      headers: scopeHeaders([`${origin.url}/main.m3u8`], { Authorization: 'Bearer secret', Cookie: 'a=b' }),
    });
    await bytesOf((await fetchFrom(source, `${origin.url}/moved.ts`)).body);
    expect(origin.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', cookie: 'a=b' });
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('cookie');
  });

  it('in a URL become Basic authentication for its host alone', async () => {
    origin.behave('/moved.ts', { kind: 'redirect', to: '/again.ts' });
    origin.behave('/again.ts', { kind: 'redirect', to: other.url.replace('//', '//x:y@') + '/seg.ts' });
    const url = `${origin.url}/moved.ts`.replace('//', '//us%20er:p%40ss@');
    const source = open({ headers: scopeHeaders([origin.url], { authorization: 'Bearer for others' }) });
    await bytesOf((await fetchFrom(source, url)).body);
    const basic = `Basic ${Buffer.from('us er:p@ss').toString('base64')}`;
    expect(origin.requests.map((request) => request.headers.authorization)).toEqual([basic, basic]);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('of a source also go with the URLs of its host that have none', async () => {
    const source = open({ headers: scopeHeaders([origin.url.replace('//', '//user:pass@')], {}) });
    await bytesOf((await fetchFrom(source, `${origin.url}/seg.ts`)).body);
    expect(origin.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:pass').toString('base64')}`);
  });

  it('are not in messages', async () => {
    const told = await failureFrom(
      open().fetch(`${origin.url}/nowhere?sig=hidden`.replace('//', '//user:hidden@'), { kind: 'media', signal }),
    );
    expect(told).toMatchObject({ code: 'source.not-found' });
    expect(JSON.stringify(told)).not.toContain('hidden');
  });
});

describe('the end of a body', () => {
  it.each(['text', 'media'] as const)('of %s that comes too early is noticed', async (kind) => {
    origin.behave('/seg.ts', { kind: 'short', missingBytes: 10 });
    const read = async (): Promise<void> =>
      void (await bytesOf((await fetchFrom(open(), `${origin.url}/seg.ts`, { kind })).body));
    expect(await failureFrom(read())).toMatchObject({ code: 'source.short-body', retryable: true });
  });

  it('on a connection that was to be closed anyway is noticed if it comes too early', async () => {
    origin.behave('/seg.ts', {
      kind: 'answer',
      headers: { 'content-length': '100', connection: 'close' },
      body: 'too short',
    });
    const object = await fetchFrom(open(), `${origin.url}/seg.ts`);
    expect(await failureFrom(bytesOf(object.body))).toMatchObject({ code: 'source.short-body' });
  });

  it.each([
    ['nothing but its connection', ['Connection: close'], true],
    ['its length', ['Content-Length: 5'], false],
    ['the chunked coding', ['Transfer-Encoding: chunked'], false],
    ['no chunked coding, but another', ['Transfer-Encoding: x-other'], true],
    ['none that only ends like it', ['Transfer-Encoding: x chunked'], true],
  ])('is told by %s', async (_, headers, isUnframed) => {
    const head = `HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n\r\n`;
    const server = createServer((socket) => {
      const body = headers.includes('Transfer-Encoding: chunked') ? '5\r\nmedia\r\n0\r\n\r\n' : 'media';
      socket.once('data', () => socket.end(head + body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const object = await fetchFrom(open(), `http://127.0.0.1:${port}/seg.ts`);
      expect(object.isUnframed ?? false).toBe(isUnframed);
      expect((await bytesOf(object.body)).toString()).toBe('media');
    } finally {
      server.close();
    }
  });
});

describe('the size of an object', () => {
  const methods = (): readonly string[] => origin.requests.map(({ method, headers }) => method + (headers.range ?? ''));
  const refusesHead = async (status: number, headers: Readonly<Record<string, string>> = {}): Promise<Origin> => {
    await origin.stop();
    origin = await startOrigin({
      files: { '/seg.ts': randomBytes(20 * KiB), '/empty.ts': '' },
      rule: ({ method }) => (method === 'HEAD' ? { kind: 'status', status, headers } : undefined),
    });
    return origin;
  };

  it('is asked for by HEAD', async () => {
    expect(await open().sizeOf(`${origin.url}/seg.ts`, { signal })).toBe(20 * KiB);
    expect(methods()).toEqual(['HEAD']);
  });

  it.each([403, 405])(
    'is asked for by a range of one byte where HEAD is refused with %i, from then on only so',
    async (status) => {
      const { url } = await refusesHead(status);
      const source = open();
      expect(await source.sizeOf(`${url}/seg.ts`, { signal })).toBe(20 * KiB);
      expect(await source.sizeOf(`${url}/seg.ts`, { signal })).toBe(20 * KiB);
      expect(methods()).toEqual(['HEAD', 'GETbytes=0-0', 'GETbytes=0-0']);
    },
  );

  it('is that of the range also where HEAD says nothing, or tells that of a coding', async () => {
    await refusesHead(200, { 'content-encoding': 'gzip', 'content-length': '7' });
    expect(await open().sizeOf(`${origin.url}/seg.ts`, { signal })).toBe(20 * KiB);
  });

  it.each([
    ['another range', { 'content-range': 'bytes 5-5/4711', 'content-length': '1' }],
    ['more than was asked for', { 'content-range': 'bytes 0-0/4711', 'content-length': '4711' }],
    ['no byte of any', { 'content-range': 'bytes */4711', 'content-length': '1' }],
    ['a byte of none', { 'content-range': 'bytes 0-0/0', 'content-length': '1' }],
  ])('is not that of an answer with %s', async (_what, headers) => {
    await refusesHead(405);
    const body = 'x'.repeat(Number(headers['content-length']));
    origin.behave('/seg.ts', { kind: 'answer', status: 206, headers, body });
    expect(await open().sizeOf(`${origin.url}/seg.ts`, { signal })).toBeUndefined();
  });

  it('is unknown where an answer of unknown length is all there is', async () => {
    await refusesHead(405);
    origin.behave('/seg.ts', { kind: 'answer', headers: { 'transfer-encoding': 'chunked' }, body: 'bytes' });
    expect(await open().sizeOf(`${origin.url}/seg.ts`, { signal })).toBeUndefined();
  });

  it('follows redirects, and throws what a fetch would', async () => {
    origin.behave('/moved.ts', { kind: 'redirect', to: '/seg.ts' });
    expect(await open().sizeOf(`${origin.url}/moved.ts`, { signal })).toBe(20 * KiB);
    origin.behave('/busy.ts', { kind: 'status', status: 429, headers: { 'retry-after': '3' } });
    expect(await failureFrom(open().sizeOf(`${origin.url}/busy.ts`, { signal }))).toMatchObject({
      code: 'source.throttled',
      retryAfterMs: 3_000,
    });
  });
});
