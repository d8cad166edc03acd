import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hearServices, processId, readHalted, startBeats } from '../../src/app/cluster/service-beats.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { minute } from '../../src/domain/units.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

describe.skipIf(!hasRedis)('the processes of a cluster', { timeout: 60_000 }, () => {
  let server: RedisServer;
  let redis: RedisClient;
  beforeEach(async () => {
    server = await startRedis();
    redis = connectRedis(server, () => {});
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('are heard once each, also where one was killed and started again, and when they leave not at all', async () => {
    const at = Date.now() - minute;
    const killed = { role: 'transfer', version: '1', since: at, at, count: 7, files: 3, bytes: 30 };
    await redis.hset('services', `transfer/${hostname()}-1-aaaaaa`, JSON.stringify(killed));
    const role = { role: 'transfer', work: () => ({ files: 0, bytes: 0 }), halted: () => undefined } as const;
    const stop = startBeats(redis, 'services', { roles: [role], version: '1' });
    const heard = hearServices(redis, 'services');
    const ids = (): readonly string[] => heard.services().map(({ id }) => id);
    await expect.poll(() => ids().length, { timeout: 10_000 }).toBe(2);
    await expect.poll(ids, { timeout: 30_000 }).toEqual([processId]);
    expect(await redis.hlen('services')).toBe(1);
    await stop();
    await expect.poll(ids, { timeout: 10_000 }).toEqual([]);
    heard.stop();
  });
  it.each([-60, 60])('are known to be halted where the clock of their host is off by %d minutes', async (minutes) => {
    const failure = failureWith('store.credentials', 'the clock of this machine is off');
    const role = { role: 'transfer', work: () => ({ files: 0, bytes: 0 }), halted: () => failure } as const;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * minute });
    const stop = startBeats(redis, 'services', { roles: [role], version: '1' });
    await vi.waitFor(async () => expect(await redis.hlen('services')).toBe(1));
    vi.useRealTimers();
    expect(await readHalted(redis, 'services')).toEqual([{ service: 'transfer', id: processId, failure }]);
    await stop();
  });
});
