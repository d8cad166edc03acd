import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tlsOptions } from '../../src/storage/tls-options.ts';
import { exchange } from '../../src/storage/wire/exchange.ts';
import type { RequestOptions } from '../../src/storage/wire/request.ts';
import { openWire } from '../../src/storage/wire/wire.ts';
import type { OriginOptions, Wire } from '../../src/storage/wire/wire.ts';
import { selfSigned } from '../servers/certificate.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Origin {
  readonly url: string;
  readonly server: Server;
  /** In the order in which they came. */
  readonly sockets: readonly Socket[];
  /** What came over all of them. */
  readonly received: () => string;
}

/** Answers each head of a request by what `answer` says or does. */
async function startOrigin(
  answer: (socket: Socket, request: string, count: number) => string | undefined,
): Promise<Origin> {
  const sockets: Socket[] = [];
  let [received, count] = ['', 0];
  const server = createServer((socket) => {
    sockets.push(socket);
    let text = '';
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += String(chunk);
      text += String(chunk);
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        text = text.slice(end + 4 + length);
        count += 1;
        const said = answer(socket, head, count);
        if (said !== undefined) socket.write(said, 'latin1');
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server, sockets, received: () => received };
}

function open(changes: Partial<OriginOptions> = {}): Wire {
  const usual = { connections: 4, connectTimeoutMs: 5_000, headersTimeoutMs: 5_000, bodyTimeoutMs: 5_000 };
  const wire = openWire(() => ({ ...usual, ...changes }));
  stops.push(() => wire.destroy());
  return wire;
}

async function ask(
  wire: Wire,
  { url }: Origin,
  { signal = new AbortController().signal, ...changes }: Partial<RequestOptions> & { signal?: AbortSignal } = {},
): Promise<{ status: number; body: string }> {
  const { status, body } = await exchange(wire, { origin: url, method: 'GET', path: '/', ...changes }, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { status, body: Buffer.concat(chunks).toString('latin1') };
}

/** Once both sides have closed a connection. */
async function closed(socket: Socket | undefined): Promise<void> {
  if (!socket?.closed) await new Promise((resolve) => socket?.once('close', resolve));
}

const abc = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc';
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('connections', () => {
  it('serve one request after the other, and no more of them are open than may be', async () => {
    let [served, most] = [0, 0];
    const origin = await startOrigin((socket) => {
      served += 1;
      most = Math.max(most, served);
      setTimeout(() => {
        served -= 1;
        socket.write(abc);
      }, 5);
      return undefined;
    });
    const wire = open({ connections: 3 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(wire, origin)));
    expect(answers).toEqual(answers.map(() => ({ status: 200, body: 'abc' })));
    expect([most, origin.sockets.length]).toEqual([3, 3]);
  });

  it.each([
    ['the server says so', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc'],
    ['it will not keep it long enough', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nkeep-alive: timeout=1\r\n\r\nabc'],
    ['more came than was asked for', `${abc}HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad`],
    ['the server speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc'],
  ])('are not used again when %s', async (_, answer) => {
    const origin = await startOrigin(() => answer);
    const wire = open();
    for (let at = 0; at < 3; at += 1) expect(await ask(wire, origin)).toEqual({ status: 200, body: 'abc' });
    expect(origin.sockets).toHaveLength(3);
  });

  it('are not used again when the server says something later on', async () => {
    const origin = await startOrigin(() => abc);
    const wire = open();
    await ask(wire, origin);
    origin.sockets[0]?.write(abc.replace('abc', 'bad'));
    await closed(origin.sockets[0]);
    expect(await ask(wire, origin)).toEqual({ status: 200, body: 'abc' });
    expect(origin.sockets).toHaveLength(2);
  });

  it('are not used again after a HEAD, unless the server is known to send no body with it', async () => {
    const origin = await startOrigin(() => 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n');
    const wire = open();
    for (const reset of [undefined, undefined, false, false]) {
      const kept = reset === undefined ? {} : { reset };
      expect(await ask(wire, origin, { method: 'HEAD', ...kept })).toEqual({ status: 200, body: '' });
    }
    expect(origin.sockets).toHaveLength(3);
  });

  it('are not used again when the server has answered before it had the whole request', async () => {
    const origin = await startOrigin(() => undefined);
    origin.server.prependListener('connection', (socket: Socket) => {
      socket.pause();
      socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    });
    const wire = open();
    for (let at = 0; at < 2; at += 1) {
      const body = Buffer.alloc(32 * 1024 * 1024);
      expect(await ask(wire, origin, { method: 'PUT', body })).toEqual({ status: 403, body: '' });
    }
    expect(origin.sockets).toHaveLength(2);
  });

  it('that the server closes while they are free are replaced', async () => {
    const origin = await startOrigin(() => abc);
    const wire = open();
    await ask(wire, origin);
    origin.sockets[0]?.end();
    await closed(origin.sockets[0]);
    expect(await ask(wire, origin)).toEqual({ status: 200, body: 'abc' });
  });

  it('keep no process alive while they are free', async () => {
    const origin = await startOrigin(() => abc);
    await ask(open(), origin);
    const resources = process.getActiveResourcesInfo();
    expect(resources.filter((name) => name === 'TCPSocketWrap')).toHaveLength(1);
  });
});

describe('a request', () => {
  it('goes out with its host, its own headers, and the length of its body', async () => {
    const origin = await startOrigin(() => abc);
    const wire = open();
    await ask(wire, origin, {
      path: '/a%20b?c=d',
      headers: ['x-a', '1', 'x-b', 'ü', 'Host', 'other', 'content-length', '9'],
    });
    await ask(wire, origin, { method: 'PUT', headers: { 'x-a': '1' }, body: Buffer.from('12345') });
    await ask(wire, origin, { method: 'POST', body: 'ü' });
    await ask(wire, origin, { method: 'PUT' });
    const host = origin.url.slice('http://'.length);
    const usual = `HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
    expect(origin.received()).toBe(
      [
        `GET /a%20b?c=d ${usual}x-a: 1\r\nx-b: \xfc\r\n\r\n`,
        `PUT / ${usual}x-a: 1\r\ncontent-length: 5\r\n\r\n12345`,
        `POST / ${usual}content-length: 2\r\n\r\n\xc3\xbc`,
        `PUT / ${usual}content-length: 0\r\n\r\n`,
      ].join(''),
    );
  });

  it.each([
    ['a line end in a value', { headers: ['x', '1\r\ny: 2'] }],
    ['a character beyond Latin-1', { headers: ['x', '€'] }],
    ['a blank in a name', { headers: ['x y', '1'] }],
    ['a line end in its path', { path: '/ HTTP/1.1\r\nx: 1' }],
    ['a blank in its path', { path: '/a b' }],
    ['a path that is none', { path: 'http://elsewhere/' }],
  ])('is not sent with %s', async (_, changes) => {
    const origin = await startOrigin(() => abc);
    const wire = open();
    expect(codeOf(await ask(wire, origin, changes).catch((error: unknown) => error))).toBe('UND_ERR_INVALID_ARG');
    expect(await ask(wire, origin)).toEqual({ status: 200, body: 'abc' });
    expect(origin.received()).not.toContain('x');
  });

  it('that is aborted ends at once, and its connection with it', async () => {
    const origin = await startOrigin((_, __, count) => (count === 1 ? undefined : abc));
    const [wire, abort] = [open({ connections: 1 }), new AbortController()];
    const first = ask(wire, origin, { signal: abort.signal }).catch((error: unknown) => error);
    const second = ask(wire, origin);
    await vi.waitUntil(() => origin.received() !== '');
    abort.abort(new Error('enough'));
    expect(await first).toMatchObject({ message: 'enough' });
    expect(await second).toEqual({ status: 200, body: 'abc' });
    expect(origin.sockets).toHaveLength(2);
  });

  it('that is aborted while it waits for a connection is never sent', async () => {
    const origin = await startOrigin((socket) => {
      setTimeout(() => socket.write(abc), 50);
      return undefined;
    });
    const [wire, abort] = [open({ connections: 1 }), new AbortController()];
    const first = ask(wire, origin, { path: '/first' });
    const second = ask(wire, origin, { path: '/second', signal: abort.signal }).catch((error: unknown) => error);
    const third = ask(wire, origin, { path: '/third' });
    abort.abort(new Error('enough'));
    expect(await second).toMatchObject({ message: 'enough' });
    expect([await first, await third].map(({ status }) => status)).toEqual([200, 200]);
    expect(origin.received()).not.toContain('second');
  });

  it.each([
    ['the handshake', 'UND_ERR_CONNECT_TIMEOUT', { connectTimeoutMs: 30 }, 'https'],
    ['the head', 'UND_ERR_HEADERS_TIMEOUT', { headersTimeoutMs: 30 }, 'http'],
    ['its body', 'UND_ERR_BODY_TIMEOUT', { bodyTimeoutMs: 30 }, 'http'],
  ])('waits no longer than it may for %s', async (what, code, timeouts, scheme) => {
    const origin = await startOrigin(() => (what === 'the head' ? undefined : abc.replace('3', '5')));
    const asked = { ...origin, url: origin.url.replace('http', scheme) };
    expect(codeOf(await ask(open(timeouts), asked).catch((error: unknown) => error))).toBe(code);
  });

  it('waits for its head as long as it says itself', async () => {
    const origin = await startOrigin(() => undefined);
    const asked = ask(open(), origin, { headersTimeout: 30 }).catch((error: unknown) => error);
    expect(codeOf(await asked)).toBe('UND_ERR_HEADERS_TIMEOUT');
  });

  it('does not count the time in which its reader pauses', async () => {
    const origin = await startOrigin((socket) => {
      for (let at = 0; at < 40; at += 1) socket.write('x'.repeat(65_536));
      return undefined;
    });
    origin.server.prependListener('connection', (socket: Socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${40 * 65_536}\r\n\r\n`);
    });
    const signal = new AbortController().signal;
    const wire = open({ bodyTimeoutMs: 100 });
    const { body } = await exchange(wire, { origin: origin.url, method: 'GET', path: '/' }, signal);
    let bytes = 0;
    for await (const chunk of body) {
      if (bytes === 0) await sleep(300);
      bytes += chunk.byteLength;
    }
    expect(bytes).toBe(40 * 65_536);
  });

  it('ends with an error when the connections are closed, whether it is sent or waits', async () => {
    const origin = await startOrigin(() => undefined);
    const wire = open({ connections: 1 });
    const asked = [1, 2].map(() => ask(wire, origin).catch((error: unknown) => error));
    await vi.waitUntil(() => origin.received() !== '');
    await wire.destroy();
    asked.push(ask(wire, origin).catch((error: unknown) => error));
    expect((await Promise.all(asked)).map(codeOf)).toEqual(asked.map(() => 'UND_ERR_DESTROYED'));
  });

  it('ends with an error when the server breaks off before it has the body', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const options = { origin: `http://127.0.0.1:${port}`, method: 'PUT', path: '/', body: Buffer.alloc(12_000_000) };
    const error: unknown = await exchange(open(), options).catch((reason: unknown) => reason);
    expect(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']).toContain(codeOf(error));
  });

  it('ends with an error each when nobody listens', async () => {
    const origin = await startOrigin(() => abc);
    origin.server.close();
    const wire = open({ connections: 2 });
    const asked = await Promise.all([1, 2, 3, 4, 5].map(() => ask(wire, origin).catch((error: unknown) => error)));
    expect(asked.map(codeOf)).toEqual(asked.map(() => 'ECONNREFUSED'));
  });
});

describe('connections over TLS', () => {
  it('that break in the middle of TLS are broken, and no matter of trust', async () => {
    const { key, cert } = await selfSigned('IP:127.0.0.1');
    const server = createTlsServer({ key, cert }, (socket) => socket.on('error', () => undefined).resume());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const line = createServer((near) => {
      const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
      near.on('error', () => far.destroy()).on('data', (bytes) => far.write(bytes.map(flipIn(bytes.length))));
      far.on('error', () => near.destroy()).pipe(near);
    });
    // Only the body comes in pieces so large.
    const flipIn = (length: number) => (byte: number, at: number) =>
      length > 10_000 && at === 5_000 ? byte ^ 1 : byte;
    await once(line.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => line.close().unref() && server.close());
    const { port } = line.address() as AddressInfo;
    const options = { origin: `https://127.0.0.1:${port}`, method: 'PUT', path: '/', body: Buffer.alloc(100_000) };
    const error: unknown = await exchange(open(tlsOptions(cert)), options).catch((reason: unknown) => reason);
    expect(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']).toContain(codeOf(error));
  });

  it('resume the session of the one before, and never that of others, who may trust somebody else', async () => {
    const { key, cert } = await selfSigned('IP:127.0.0.1');
    const resumed: boolean[] = [];
    const server = createTlsServer({ key, cert }, (socket) => {
      resumed.push(socket.isSessionReused());
      socket
        .on('error', () => undefined)
        .once('data', () => socket.end(abc.replace('\r\n', '\r\nconnection: close\r\n')));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => server.close());
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [trusting, trustingAnew, doubting] = [open(tlsOptions(cert)), open(tlsOptions(cert)), open()];
    const get = async (wire: Wire): Promise<number> => {
      const { status, body } = await exchange(wire, { origin, method: 'GET', path: '/' }, new AbortController().signal);
      for await (const _ of body);
      return status;
    };
    for (const wire of [trusting, trusting, trustingAnew]) expect(await get(wire)).toBe(200);
    expect(resumed).toEqual([false, true, false]);
    await expect(get(doubting)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});
