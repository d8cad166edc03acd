import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KiB, MiB, minute, second } from '../../src/domain/units.ts';
import type { FetchOptions } from '../../src/storage/source.ts';
import { Pace } from '../../src/storage/wire/pace.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { selfSigned } from '../servers/certificate.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { failureFrom, httpSources, signal } from './http-sources.ts';

let origin: Origin;

beforeEach(async () => {
  origin = await startOrigin({ files: { '/seg.ts': randomBytes(20 * KiB) } });
});
afterEach(() => origin.stop());
const open = httpSources();

describe('broken networks', () => {
  it('where nothing listens is source.unreachable', async () => {
    expect(
      await failureFrom(open().fetch(`http://127.0.0.1:${await freePort()}/seg.ts`, { kind: 'media', signal })),
    ).toMatchObject({
      code: 'source.unreachable',
      retryable: true,
    });
  });

  it('a name that nobody knows is source.host-unknown', async () => {
    expect(await failureFrom(open().fetch('http://nowhere.invalid/seg.ts', { kind: 'media', signal }))).toMatchObject({
      code: 'source.host-unknown',
    });
  });

  it('no answer in time is source.timeout', async () => {
    origin.behave('/seg.ts', { kind: 'silent' });
    expect(
      await failureFrom(open({ headersTimeoutMs: 200 }).fetch(`${origin.url}/seg.ts`, { kind: 'media', signal })),
    ).toMatchObject({ code: 'source.timeout' });
  });

  it('silence within a body is source.timeout', async () => {
    origin.behave('/seg.ts', { kind: 'stall', afterBytes: 1000 });
    const object = await fetchFrom(open({ bodyTimeoutMs: 200 }), `${origin.url}/seg.ts`);
    expect(await failureFrom(bytesOf(object.body))).toMatchObject({ code: 'source.timeout', retryable: true });
  });

  it.each<Partial<FetchOptions> & { readonly afterSeconds: number }>([
    { afterSeconds: 60, kind: 'media' },
    { afterSeconds: 10, kind: 'text' },
    { afterSeconds: 60, kind: 'text', insists: true },
  ])('a body that comes a little at a time without end is source.timeout: %o', async ({ afterSeconds, ...options }) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx'));
      sockets.push(socket);
    }).listen(0, '127.0.0.1');
    const sockets: Socket[] = [];
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const object = await fetchFrom(open(), `http://127.0.0.1:${port}/seg.ts`, options);
      const body = object.body[Symbol.asyncIterator]();
      await body.next();
      vi.advanceTimersByTime(afterSeconds * second - 1);
      sockets[0]?.write('x');
      expect((await body.next()).done).toBe(false);
      vi.advanceTimersByTime(1);
      sockets[0]?.write('x');
      expect(await failureFrom(body.next())).toMatchObject({ code: 'source.timeout', retryable: true });
    } finally {
      vi.useRealTimers();
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it('a reader that rests does not run into the time-out', async () => {
    origin.put('/large.ts', randomBytes(4 * MiB));
    const object = await fetchFrom(open({ bodyTimeoutMs: 100 }), `${origin.url}/large.ts`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await bytesOf(object.body)).toHaveLength(4 * MiB);
  });

  it('a reader that rests does not make its source too slow', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const pausing = vi.spyOn(Pace.prototype, 'pause');
    try {
      origin.put('/large.ts', randomBytes(4 * MiB));
      const object = await fetchFrom(open(), `${origin.url}/large.ts`);
      await vi.waitFor(() => expect(pausing).toHaveBeenCalled());
      vi.advanceTimersByTime(60 * minute);
      expect(await bytesOf(object.body)).toHaveLength(4 * MiB);
    } finally {
      pausing.mockRestore();
      vi.useRealTimers();
    }
  });

  it('a connection that breaks within a body is source.unreachable', async () => {
    origin.behave('/seg.ts', { kind: 'break', afterBytes: 1000 });
    const object = await fetchFrom(open(), `${origin.url}/seg.ts`);
    expect(await failureFrom(bytesOf(object.body))).toMatchObject({ code: 'source.unreachable', retryable: true });
  });

  it.each(['/silent', '/stalled'])('a stop while it waits for %s is obeyed at once', async (path) => {
    origin.put('/stalled', randomBytes(MiB));
    origin.behave('/silent', { kind: 'silent' });
    origin.behave('/stalled', { kind: 'stall', afterBytes: 100 });
    const stop = new AbortController();
    const read = async (): Promise<void> =>
      void (await bytesOf((await fetchFrom(open(), origin.url + path, { signal: stop.signal })).body));
    const reading = failureFrom(read());
    while (origin.countOf(path) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await reading).toMatchObject({ code: 'aborted' });
  });

  it('a stop while it waits for a connection is obeyed at once', async () => {
    origin.behave('/silent', { kind: 'silent' });
    const source = open({ connections: 1 });
    const stop = new AbortController();
    const first = failureFrom(source.fetch(`${origin.url}/silent`, { kind: 'media', signal: stop.signal }));
    const queued = new AbortController();
    const later = failureFrom(source.fetch(`${origin.url}/seg.ts`, { kind: 'media', signal: queued.signal }));
    queued.abort();
    expect(await later).toMatchObject({ code: 'aborted' });
    stop.abort();
    expect(await first).toMatchObject({ code: 'aborted' });
    expect(origin.countOf('/seg.ts')).toBe(0);
    await bytesOf((await fetchFrom(source, `${origin.url}/seg.ts`)).body);
  });

  it('a source that is closed drops what is under way', async () => {
    origin.behave('/silent', { kind: 'silent' });
    const source = open();
    const answer = failureFrom(source.fetch(`${origin.url}/silent`, { kind: 'media', signal }));
    while (origin.countOf('/silent') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await source.close();
    expect(await answer).toMatchObject({ code: 'aborted' });
    expect(await failureFrom(source.fetch(`${origin.url}/seg.ts`, { kind: 'media', signal }))).toMatchObject({
      code: 'aborted',
    });
  });

  it.each(['memory:x', 'not a URL', 'file:///etc/passwd'])('%s is refused', async (url) => {
    expect(await failureFrom(open().fetch(url, { kind: 'media', signal }))).toMatchObject({ code: 'source.refused' });
  });
});

describe('TLS', () => {
  it('takes a certificate of an authority that it was given', async () => {
    const tls = await selfSigned('IP:127.0.0.1');
    const secure = await startOrigin({ tls, files: { '/seg.ts': 'safe' } });
    try {
      expect((await bytesOf((await fetchFrom(open({ ca: tls.cert }), `${secure.url}/seg.ts`)).body)).toString()).toBe(
        'safe',
      );
    } finally {
      await secure.stop();
    }
  });

  it.each([
    ['from nobody it knows', 'IP:127.0.0.1', false, 'from no known authority'],
    ['for another name', 'DNS:elsewhere.example', true, 'for another name'],
  ])('refuses a certificate %s', async (_, name, isTrusted, reason) => {
    const tls = await selfSigned(name);
    const secure = await startOrigin({ tls });
    try {
      const source = open(isTrusted ? { ca: tls.cert } : {});
      expect(await failureFrom(source.fetch(`${secure.url}/seg.ts`, { kind: 'media', signal }))).toMatchObject({
        code: 'source.tls',
        retryable: false,
        message: expect.stringContaining(reason),
      });
    } finally {
      await secure.stop();
    }
  });

  it('says so where no TLS is spoken', async () => {
    expect(
      await failureFrom(open().fetch(`${origin.url.replace('http:', 'https:')}/seg.ts`, { kind: 'media', signal })),
    ).toMatchObject({
      code: 'source.tls',
      message: expect.stringContaining('does not speak TLS'),
    });
  });
});
