import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { second } from '../../src/domain/units.ts';
import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import { awaitRedis } from '../../src/redis/await-redis.ts';
import { checkRedisSettings } from '../../src/redis/check-settings.ts';
import { connectRedis, watchSilence } from '../../src/redis/connect.ts';
import type { RedisClient, RedisSpec } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { selfSigned } from '../servers/certificate.ts';
import type { Certificate } from '../servers/certificate.ts';
import { freePort } from '../servers/free-port.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer, RedisServerOptions } from '../servers/redis.ts';

/** It is not compressed in the file. */
const randomText = (): string => randomBytes(1_500).toString('base64');
const never = new AbortController().signal;

/** The rights that the documents tell operators to give, and no others. */
const rights =
  'resetkeys resetchannels ~{flants}* -@all +@read +@write +@connection +@transaction +eval +evalsha +time -@dangerous +info';

describe.skipIf(!hasRedis)('reaching Redis', () => {
  const ends: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const serve = async (options?: RedisServerOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    ends.push(() => server.stop());
    return server;
  };
  const connect = (spec: Omit<RedisSpec, 'prefix'>): RedisClient => {
    const client = connectRedis(spec, () => {});
    ends.push(() => client.disconnect());
    return client;
  };
  const reach = async (spec: Omit<RedisSpec, 'prefix'>, timeoutMs?: number): Promise<RedisClient> => {
    const client = connect(spec);
    await awaitRedis(client, spec, never, timeoutMs);
    return client;
  };
  const serveTls = async (certificate: Certificate, password?: string): Promise<RedisServer> => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-redis-tls-'));
    ends.push(() => rm(folder, { recursive: true }));
    const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await writeFile(keyPath, certificate.key);
    await writeFile(certPath, certificate.cert);
    return serve({ tcp: { tls: { keyPath, certPath }, ...(password === undefined ? {} : { password }) } });
  };
  const openQueue = (connection: RedisClient, prefix: string, onTrouble = (error: Error): void => fail(error)) => {
    const { queues } = redisNames(prefix);
    const queue = new BullmqQueue<string>({ connection, prefix: queues, name: 'jobs', onTrouble });
    ends.push(() => queue.close());
    return queue;
  };
  const fail = (error: Error): never => {
    throw error;
  };
  /** A queue that carries: also what is delayed, comes again, and is scheduled. */
  const carries = async (queue: BullmqQueue<string>): Promise<void> => {
    const seen: string[] = [];
    await queue.limit(2);
    await queue.add({ id: 'a', data: 'a', priority: 1 });
    await queue.add({ id: 'b', data: 'b', priority: 0, delayMs: 20 });
    await queue.every('tick', 60_000, 'tick');
    queue.work(
      async (data) => {
        seen.push(data);
        return data === 'a' && seen.filter((each) => each === 'a').length < 2
          ? { result: 'again', delayMs: 1 }
          : { result: 'done' };
      },
      { concurrency: 2, onError: (error) => fail(error as Error) },
    );
    await expect.poll(() => seen.toSorted(), { timeout: 10_000 }).toEqual(['a', 'a', 'b', 'tick']);
    await expect.poll(() => queue.size(), { timeout: 10_000 }).toBe(1);
    expect(await queue.has('a')).toBe(false);
    await queue.limit(undefined);
  };

  it('goes over a socket, and over TCP with a password', async () => {
    await reach(await serve());
    const server = await serve({ tcp: { password: 'p@ss:word/%' } });
    await carries(openQueue(await reach(server), 'flants'));
  });

  it('goes over TLS, to a server whose authority is given', async () => {
    const certificate = await selfSigned('IP:127.0.0.1');
    const { url } = await serveTls(certificate, 's3cret');
    await carries(openQueue(await reach({ url, ca: certificate.cert }), 'flants'));
  });

  it('is refused at once by a certificate of another authority, or for another host', async () => {
    const [own, other, elsewhere] = await Promise.all([
      selfSigned('IP:127.0.0.1'),
      selfSigned('IP:127.0.0.1'),
      selfSigned('DNS:cdn.example'),
    ]);
    const { url } = await serveTls(own);
    const refused = { code: 'usage', message: expect.stringContaining('certificate') };
    await expect(reach({ url, ca: other.cert })).rejects.toMatchObject(refused);
    await expect(reach({ url })).rejects.toMatchObject(refused);
    const { url: named } = await serveTls(elsewhere);
    await expect(reach({ url: named, ca: elsewhere.cert })).rejects.toMatchObject(refused);
  });

  it('is refused at once for a wrong password, a missing one, or no such database, and tells no secret', async () => {
    const { url } = await serve({ tcp: { password: 's3cret' } });
    const wrong = reach({ url: url.replace('s3cret', 'g0ssip') });
    await expect(wrong).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('WRONGPASS') });
    await expect(wrong).rejects.toMatchObject({ message: expect.not.stringContaining('g0ssip') });
    const missing = reach({ url: url.replace(':s3cret@', '') });
    await expect(missing).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('NOAUTH') });
    const nowhere = reach({ url: `${url}/99` });
    await expect(nowhere).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('DB index') });
  });

  it('is given up in time where nothing answers, with the reason', async () => {
    const port = await freePort();
    await expect(reach({ url: `redis://:s3cret@127.0.0.1:${port}` }, 300)).rejects.toMatchObject({
      code: 'state.unusable',
      message: `cannot reach Redis at redis://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    const { url } = await serve({ tcp: {} });
    await expect(reach({ url: url.replace('redis:', 'rediss:') }, 300)).rejects.toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('TLS'),
    });
  });

  it('comes about where the server is late, and is given up when told so', async () => {
    const server = await serve({ tcp: {} });
    await server.kill();
    const client = connect(server);
    const waiting = awaitRedis(client, server, never);
    await server.restart();
    await waiting;
    await awaitRedis(client, server, never);
    const controller = new AbortController();
    const other = connect({ url: `redis://127.0.0.1:${await freePort()}` });
    const aborted = awaitRedis(other, { url: 'redis://127.0.0.1' }, controller.signal);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
  });

  describe('that still loads its data', () => {
    /** It loads for some six seconds. */
    const serveSlowly = async (): Promise<RedisServer> => {
      const server = await serve({ appendonly: true });
      const client = await reach(server);
      await client.mset(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key ${at}`, randomText()])));
      await client.bgrewriteaof();
      await expect.poll(() => client.info('persistence')).toMatch(/aof_rewrite_in_progress:0[^]*aof_rewrites:1/);
      client.disconnect();
      await server.restartSlowly(100);
      return server;
    };
    const reason = expect.stringMatching(/it is still loading its data, for about \d+ s more$/);

    it('is waited for, and whoever listens hears why', async () => {
      const server = await serveSlowly();
      const heard: string[] = [];
      const client = connectRedis(server, ({ message }) => heard.push(message));
      ends.push(() => client.disconnect());
      await awaitRedis(client, server, never, 2 * second);
      expect(await client.get('key 0')).not.toBeNull();
      expect(heard).toContainEqual(reason);
    });

    it('is given up where a person waits, who is told why', async () => {
      const server = await serveSlowly();
      const client = connectRedis(server, () => {}, 3 * second);
      ends.push(() => client.disconnect());
      await expect(awaitRedis(client, server, never)).rejects.toMatchObject({
        code: 'state.unusable',
        message: reason,
      });
    });
  });

  it('is broken off and made anew when the server falls silent, and what was asked is answered then', async () => {
    const server = await serve({ tcp: {} });
    const wires: Socket[] = [];
    let isMute = false;
    const wall = createServer((near) => {
      const far = connectSocket(Number(new URL(server.url).port), '127.0.0.1');
      const isDead = (): boolean => isMute && wires.indexOf(near) === 0;
      wires.push(near);
      near.on('data', (bytes) => isDead() || far.write(bytes)).on('error', () => far.destroy());
      far.on('data', (bytes) => isDead() || near.write(bytes)).on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => wall.listen(0, '127.0.0.1', resolve));
    ends.push(() => {
      for (const wire of wires) wire.destroy();
      wall.close();
    });
    const client = await reach({ url: `redis://127.0.0.1:${(wall.address() as AddressInfo).port}` });
    watchSilence(client, 50);
    await client.set('a', '1');
    isMute = true;
    expect(await client.get('a')).toBe('1');
    expect(wires).toHaveLength(2);
  });

  describe('with a user of few rights', () => {
    const serveUser = async (granted: string): Promise<{ server: RedisServer; url: string }> => {
      const server = await serve({ tcp: { password: 'admin' }, appendonly: true });
      const admin = await reach(server);
      await admin.call('ACL', 'SETUSER', 'mover', 'on', '>s3cret', ...granted.split(' '));
      return { server, url: server.url.replace(':admin@', 'mover:s3cret@') };
    };

    it('a queue carries, and what is below other prefixes is out of reach', async () => {
      const { server, url } = await serveUser(rights);
      const client = await reach({ url });
      await carries(openQueue(client, 'flants'));
      const admin = await reach(server);
      expect(await admin.call('ACL', 'LOG')).toEqual([]);
      await expect(openQueue(client, 'other').add({ id: 'a', data: 'a', priority: 1 })).rejects.toMatchObject({
        code: 'state.unusable',
        message: expect.stringContaining('NOPERM'),
      });
    });

    it('its settings are taken on trust, with a warning', async () => {
      const { url } = await serveUser(rights);
      expect(await checkRedisSettings(await reach({ url }))).toEqual([expect.stringContaining('appendonly')]);
    });

    it('INFO may be out of reach, and then that is said', async () => {
      const { url } = await serveUser(`${rights} -info`);
      await expect(checkRedisSettings(await reach({ url }))).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('+info'),
      });
    });
  });

  describe('its settings', () => {
    it('are right with an append-only file and no eviction', async () => {
      expect(await checkRedisSettings(await reach(await serve({ appendonly: true })))).toEqual([]);
    });

    it('are refused otherwise, and right after the lines that the refusal names', async () => {
      const client = await reach(await serve({ args: ['--maxmemory-policy', 'allkeys-lru'] }));
      const refused = await checkRedisSettings(client).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'usage' });
      const lines = [...String(refused).matchAll(/"CONFIG SET (\S+) (\S+)"/g)];
      expect(lines).toHaveLength(2);
      for (const [, name = '', value = ''] of lines) await client.config('SET', name, value);
      expect(await checkRedisSettings(client)).toEqual([]);
      // A process of its own writes the first file: not into a folder that is being deleted.
      await expect.poll(() => client.info('persistence')).toMatch(/aof_rewrite_in_progress:0\r\n/);
    });

    it('are asked of a server that does not know CONFIG', async () => {
      const client = await reach(await serve({ args: ['--rename-command', 'CONFIG', ''] }));
      expect(await checkRedisSettings(client)).toEqual([expect.stringContaining('appendonly')]);
    });
  });
});
