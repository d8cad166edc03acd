import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { runService } from '../../src/app/cluster/service.ts';
import { readEnvironment } from '../../src/config/input/environment.ts';
import { loadServiceOptions } from '../../src/config/service-options.ts';
import { createServiceLogger } from '../../src/telemetry/service-logger.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';

describe.skipIf(!hasRedis)('a process of a cluster that cannot start', () => {
  it('leaves no connection to Redis behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-start-'));
    const server = await startRedis({ appendonly: true });
    const watching = new Redis(server.url.replace('unix://', ''));
    try {
      const options = await loadServiceOptions('scanner', {
        // A catalogue without a database.
        words: ['mongodb://127.0.0.1:1', join(folder, 'vod')],
        flags: { redis: server.url, journal: join(folder, 'journal') },
        environment: readEnvironment({ HOME: folder }),
        cwd: folder,
      });
      const { signal } = new AbortController();
      const level = 'error';
      const log = createServiceLogger({ level, format: 'json', role: 'scanner', secrets: [], now: Date.now, write: () => {} }); // prettier-ignore
      const hooks = { drain: signal, signal, log, logOf: () => log, onReady: () => {} };
      await expect(runService({ kind: 'scanner', roles: ['scanner'], version: '1' }, options, hooks)).rejects.toThrow(
        'names no database',
      );
      const clients = async (): Promise<number> =>
        String(await watching.client('LIST'))
          .trim()
          .split('\n').length;
      await vi.waitUntil(async () => (await clients()) === 1, { timeout: 2_000 });
    } finally {
      watching.disconnect();
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });
});
