import { rename } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { LiveSnapshot } from '../../src/domain/progress/live-view.ts';
import { openEvents } from '../integration/sse-client.ts';
import { patient } from '../e2e/stage.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi } from './api.ts';
import { openClusterStage, quickly } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 2, fileBytes: 500, seed: 'unread' };

const shortly = { timeout: 30_000 };

it.skipIf(!hasRedis || !hasVersitygw)(
  'a cluster whose catalogue is gone says so, with since when, until a scan succeeds',
  patient,
  async () => {
    const stage = await openClusterStage(library);
    const api = await clusterApi();
    const shown = async (): Promise<LiveSnapshot['scanFailed']> => {
      const events = await openEvents(`${api.url}/api/v1/live`);
      const snapshot = await events.next();
      events.close();
      return (JSON.parse(snapshot?.data ?? '') as LiveSnapshot).scanFailed;
    };
    try {
      stage.start('up', '--transfers', '0', '--scan-every', '1s', ...quickly, ...api.flags);
      await stage.until(({ totals }) => totals.videos.published === library.videos);
      expect(await stage.status()).not.toHaveProperty('scanFailed');
      expect(await shown()).toBeNull();

      await rename(stage.catalogue, `${stage.catalogue}.gone`);
      const { scanFailed: first } = await stage.until(({ scanFailed }) => scanFailed !== undefined);
      expect(first?.failure.code).toBe('catalogue.unreadable');
      const { scanFailed } = await stage.until((status) => status.scanFailed?.at !== first?.at);
      expect(scanFailed?.since).toBe(first?.since);
      expect((await stage.run('status')).stdout).toMatch(
        /^Scans of .*videos\.ndjson fail since .*Z, and again at .*Z: .*\[catalogue\.unreadable\]/m,
      );
      await expect.poll(shown, shortly).toMatchObject({ since: first?.since });

      await rename(`${stage.catalogue}.gone`, stage.catalogue);
      await stage.until((status) => status.scanFailed === undefined);
      await expect.poll(shown, shortly).toBeNull();
    } finally {
      await stage.close();
    }
  },
);
