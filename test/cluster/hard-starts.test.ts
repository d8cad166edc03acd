import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library = { videos: 3, filesPerVideo: 5, fileBytes: 1_000, seed: 'hard-starts' };

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster that starts', patient, () => {
  let stage: ClusterStage;
  beforeEach(async () => {
    stage = await openClusterStage(library);
  });
  afterEach(() => stage.close());

  it('while the store is overloaded, begins once it is not', async () => {
    stage.answer(() => 503);
    const up = stage.start('up');
    try {
      await up.says('it restarts in');
      await sleep(2_000);
      stage.answer(() => undefined);
      await up.says('flants is up');
      await up.during(stage.until(({ totals }) => totals.videos.published === library.videos));
    } finally {
      up.kill('SIGTERM');
      expect((await up.ended).code).toBe(0);
    }
  });
});
