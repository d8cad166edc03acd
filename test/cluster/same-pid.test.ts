import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, inject, it, vi } from 'vitest';
import { connectRedis } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { patient } from '../e2e/stage.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';

/** Gives a program process ids of its own, as a container does; it needs the right to. */
const aloneFlags = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const mayUnshare = spawnSync('unshare', [...aloneFlags, 'true']).status === 0;

it.skipIf(!hasRedis || !hasVersitygw || !mayUnshare)(
  'processes of containers in the network of their host are told apart: each has its part of the limits',
  patient,
  async () => {
    const stage = await openClusterStage();
    const limit = ['--source-tpslimit', '40', '--listen', '127.0.0.1:0'];
    const words = [process.execPath, inject('command'), 'transfer', stage.destination, ...limit];
    const services = [1, 2, 3].map(() =>
      spawn('unshare', [...aloneFlags, ...words], { env: { PATH: process.env['PATH'], ...stage.env } }),
    );
    const said = services.map(({ stderr }) => text(stderr));
    const redis = connectRedis(stage.redis, () => undefined);
    try {
      const names = redisNames('flants');
      await vi.waitFor(
        async () => {
          expect(await redis.hlen(names.services)).toBe(services.length);
          expect(await redis.hlen(names.demands)).toBe(services.length);
        },
        { timeout: 20_000, interval: 200 },
      );
    } finally {
      for (const each of services) each.kill('SIGKILL');
      await Promise.all(services.map((each) => once(each, 'close')));
      redis.disconnect();
      await stage.close();
    }
    expect((await Promise.all(said)).join('')).toContain('"ready"');
  },
);
