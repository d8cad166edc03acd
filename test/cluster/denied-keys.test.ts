import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library = { videos: 20, filesPerVideo: 10, fileBytes: 2_000, seed: 'denied-keys' };

describe.skipIf(!hasRedis || !hasVersitygw)('a store that denies some folders', patient, () => {
  let stage: ClusterStage;
  beforeAll(async () => {
    stage = await openClusterStage(library);
  });
  afterAll(() => stage.close());

  it('fails their files, and no process of a cluster halts', async () => {
    const locked = [0, 1, 7, 13].map((video) => `/vod${syntheticPlaylist(video).replace('/index.m3u8', '/')}`);
    stage.answer(({ method, path }) =>
      method === 'PUT' && locked.some((folder) => path.includes(folder)) ? 403 : undefined,
    );
    const up = stage.start('up', '--transfers', '2');
    try {
      const { causes } = await up.during(
        stage.until(({ totals: { videos } }) => videos.published === 16 && videos.incomplete === 4),
      );
      expect(causes).toMatchObject([{ code: 'store.key-denied', videos: 4, files: 40 }]);
      expect(up.said()).not.toContain('cannot continue');

      stage.answer(() => undefined);
      const retried = await stage.run('retry', '--failed-by', 'store.key-denied');
      expect(retried.code, retried.stderr).toBe(0);
      await up.during(stage.until(({ totals }) => totals.videos.published === 20));
    } finally {
      up.kill('SIGTERM');
      await up.ended;
    }
  });
});
