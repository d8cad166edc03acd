import { expect, it, vi } from 'vitest';
import { connectRedis } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';

const library = { videos: 1, filesPerVideo: 1, fileBytes: 100, seed: 'delta never' };

it.skipIf(!hasRedis || !hasVersitygw)(
  'a scanner that replaces one with passes for changed sources ends these, while that one is still there',
  patient,
  async () => {
    const stage = await openClusterStage(library);
    const { queues } = redisNames('flants');
    const redis = connectRedis(stage.redis, () => undefined);
    const start = async (...flags: readonly string[]): Promise<RunningFlants> => {
      const words = ['scanner', stage.catalogue, stage.destination, '--listen', '127.0.0.1:0', ...flags];
      const scanner = startFlants(words, { env: stage.env });
      await scanner.says('the catalogue was read');
      return scanner;
    };
    const schedules = (): Promise<readonly string[]> => redis.zrange(`${queues}:deltas:repeat`, 0, -1);
    const scanners = [await start('--delta-every', '1h', '--reconcile-every', '1s')];
    try {
      expect(await schedules()).toHaveLength(1);
      scanners.push(await start('--delta-every', 'never', '--reconcile-every', '1h', '--lease', '3h'));
      // Each turn of the first one's timer sets this again, before all else.
      for (let turn = 0; turn < 2; turn++) {
        await redis.hdel(`${queues}:scans:meta`, 'concurrency');
        const isSet = async (): Promise<void> =>
          expect(await redis.hexists(`${queues}:scans:meta`, 'concurrency')).toBe(1);
        await vi.waitFor(isSet, { timeout: 20_000, interval: 50 });
      }
      expect(await schedules()).toEqual([]);
    } finally {
      for (const each of scanners) each.kill('SIGTERM');
      await Promise.all(scanners.map((each) => each.ended));
      redis.disconnect();
      await stage.close();
    }
  },
);
