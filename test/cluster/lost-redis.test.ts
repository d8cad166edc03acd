import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patienceMs } from '../../src/app/patience.ts';
import { openClusterControl } from '../../src/app/cluster/control.ts';
import { readEnvironment } from '../../src/config/input/environment.ts';
import { loadStatusOptions } from '../../src/config/state-options.ts';
import { runFlants, startFlants } from '../e2e/flants.ts';
import { expectRefused } from '../e2e/refusal.ts';
import { patient } from '../e2e/stage.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { freePort } from '../servers/free-port.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

const { signal } = new AbortController();

describe.skipIf(!hasRedis)('the commands of a cluster', patient, () => {
  let redis: RedisServer;
  let folder: string;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-lost-redis-'));
    redis = await startRedis({ appendonly: true, tcp: {} });
    env = { HOME: folder, FLANTS_REDIS: redis.url, FLANTS_JOURNAL: join(folder, 'journal') };
  });
  afterEach(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });
  const words = (): readonly string[] => [join(folder, 'copy')];

  it('say that Redis is not there long before a service gives up that may only be early', async () => {
    await redis.kill();
    const service = startFlants(['aggregator', ...words(), '--listen', '127.0.0.1:0'], { env });
    try {
      const order: string[] = [];
      const serviceEnds = service.ended.then(() => order.push('service'));
      const status = await runFlants(['status', ...words()], { env });
      order.push('status');
      expectRefused(status, 'state.unusable', 'cannot reach Redis at redis://127.0.0.1');
      await serviceEnds;
      expect(order).toEqual(['status', 'service']);
    } finally {
      service.kill('SIGKILL');
    }
  });

  it('have an HTTP interface that says so as well, and that answers once it is back', async () => {
    const at = `127.0.0.1:${await freePort()}`;
    const videos = join(folder, 'videos.ndjson');
    await writeFile(videos, `${JSON.stringify({ id: 'a', playlistUrl: 'http://127.0.0.1:9/a/index.m3u8' })}\n`);
    const up = startFlants(['up', videos, ...words(), '--transfers', '0', '--listen', at], { env });
    const asked = async (): Promise<number> => {
      const answer = await documentedFetch(`http://${at}/api/v1/videos?limit=10`);
      await answer.body?.cancel();
      return answer.status;
    };
    try {
      await up.says('flants is up');
      expect(await asked()).toBe(200);
      await redis.kill();
      // Whoever asks at once waits for it; others are told.
      await expect.poll(async () => (await fetch(`http://${at}/readyz`)).status, { timeout: 20_000 }).toBe(503);
      await sleep(patienceMs);
      expect(await asked()).toBe(503);
      await redis.restart();
      await expect.poll(asked, { timeout: 20_000 }).toBe(200);
    } finally {
      // Its processes outlive it for a moment if it is killed, and write.
      up.kill('SIGTERM');
      await up.ended;
    }
  });

  it('end with a word when Redis is lost while they run, and not when it only restarts', async () => {
    const environment = readEnvironment(env);
    const { place } = await loadStatusOptions({ words: words(), flags: {}, environment, cwd: folder });
    if (place.kind !== 'cluster') throw new Error('no cluster');
    const { control, close } = await openClusterControl(place, { signal, onWarning: () => {} });
    try {
      await redis.kill();
      const counting = control.status();
      await redis.restart();
      expect((await counting).totals.videos.published).toBe(0);
      await redis.kill();
      await expect(control.status()).rejects.toMatchObject({
        code: 'state.unusable',
        message: 'the connection to Redis was lost',
      });
    } finally {
      await close();
    }
  });
});
