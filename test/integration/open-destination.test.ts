import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCluster } from '../../src/app/cluster/cluster.ts';
import { openControl } from '../../src/app/control.ts';
import { openDestination } from '../../src/app/open/destination.ts';
import { noProxies } from '../../src/config/values/proxies.ts';
import type { LibraryStatus } from '../../src/domain/report/library-status.ts';
import { minute } from '../../src/domain/units.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy } from '../servers/counting-proxy.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';

const { signal } = new AbortController();

/** Shorter than the time for which an idle socket is kept. */
const closing = { timeout: 2_000 };

describe.skipIf(!hasVersitygw)('a store', () => {
  let server: Versitygw;
  let proxy: CountingProxy;
  beforeAll(async () => {
    server = await startVersitygw();
    proxy = await startCountingProxy(server.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await proxy?.stop();
    await server?.stop();
  });
  const reached = () => ({ endpoint: proxy.endpoint, region: server.region });
  const at = (prefix: string) => ({ kind: 's3', name: prefix, bucket: server.bucket, prefix }) as const;

  it('is closed when it refuses the headers that it is asked for', async () => {
    const setting = { name: 'vod', store: { ...at('vod'), ...reached(), connections: 4 } };
    const headerPolicy = { segment: { tags: { ['too long'.repeat(50)]: '' } } };
    await expect(openDestination(setting, { proxies: noProxies, signal, headerPolicy })).rejects.toThrow(
      'what --header-policy says of the role segment',
    );
    await expect.poll(() => proxy.connections(), closing).toBe(0);
  });

  it('is tried by many processes at the same time', async () => {
    const setting = { name: 'vod', store: { ...at('many'), ...reached(), connections: 4 } };
    const headerPolicy = { segment: { tags: { library: 'school' } }, playlists: { tags: { a: '1', b: '2' } } };
    const open = async (): Promise<unknown> => {
      const opened = await openDestination(setting, { proxies: noProxies, signal, headerPolicy });
      await opened.store.close();
      return opened.capabilities;
    };
    const alone = await open();
    expect(alone).toMatchObject({
      createOnly: true,
      replaceOnly: true,
      etags: 'quoted',
      metadata: true,
      untreated: [],
    });
    for (let round = 0; round < 5; round++) {
      expect(await Promise.all(Array.from({ length: 8 }, open))).toEqual(Array.from({ length: 8 }, () => alone));
    }
  });

  it.skipIf(!hasRedis)('is not written to by who only looks at a library', async () => {
    const redis = await startRedis({ appendonly: true });
    const place = { ...reached(), redis: { url: redis.url, prefix: 'flants' }, proxies: noProxies };
    const look = async (destination: string): Promise<LibraryStatus> => {
      const places = { destination: at(destination), journal: at('journal-of-many') };
      const hooks = { signal, onWarning: () => {}, readOnly: true };
      const { control, close } = await openControl({ kind: 'cluster', ...place, ...places }, hooks);
      try {
        await control.report();
        return await control.status();
      } finally {
        await close();
      }
    };
    try {
      proxy.clear();
      // A journal that nobody has used yet is nobody's afterwards.
      for (const destination of ['one', 'other']) expect((await look(destination)).destination).toBe(destination);
      expect(proxy.requests.length).toBeGreaterThan(0);
      expect(proxy.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
    } finally {
      await redis.stop();
    }
  });

  it.skipIf(!hasRedis)('is closed when it holds the journal of another destination', async () => {
    const redis = await startRedis({ appendonly: true });
    const open = async (destination: string): Promise<void> => {
      const places = { destination: at(destination), journal: at('journal') };
      const own = { redis: { url: redis.url, prefix: destination }, leaseMs: minute, freshWindowMs: minute };
      const hooks = { signal, drain: signal, onWarning: () => {}, onRedis: () => {} };
      await (await openCluster({ ...places, ...own, ...reached(), proxies: noProxies }, hooks)).close();
    };
    try {
      await open('one');
      await expect.poll(() => proxy.connections(), closing).toBe(0);
      await expect(open('other')).rejects.toThrow('this journal is of one, not of other');
      await expect.poll(() => proxy.connections(), closing).toBe(0);
    } finally {
      await redis.stop();
    }
  });
});
