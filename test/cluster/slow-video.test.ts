import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const slow: SyntheticShape = { videos: 1, filesPerVideo: 1_500, fileBytes: 100, seed: 'slow' };
const others: SyntheticShape = { videos: 12, filesPerVideo: 3, fileBytes: 500, seed: 'others' };

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it('publishes the videos that come after one whose files hardly come', async () => {
    const { promise: ever, resolve } = Promise.withResolvers<void>();
    const origin = await startOrigin({
      rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'held', until: ever } : undefined),
    });
    try {
      for (const { path, body } of syntheticFiles(slow)) origin.put(path, body);
      stage = await openClusterStage(others);
      const rows = [
        // Videos are taken in the order of their ids.
        { id: 'a', url: origin.url + syntheticPlaylist(0) },
        ...Array.from({ length: others.videos }, (_, at) => ({
          id: `b-${at}`,
          url: stage.origin.url + syntheticPlaylist(at),
        })),
      ];
      await writeFile(stage.catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      // So long that none of its files is given up meanwhile.
      stage.start('up', ...quickly, '--source-timeout', '10m', '--transfers', '1', '--allow-host', '127.0.0.1');
      const { totals } = await stage.until(({ totals: { videos } }) => videos.published === others.videos);
      expect(totals.videos).toMatchObject({ copying: 1, incomplete: 0 });
    } finally {
      resolve();
      await origin.stop();
    }
  });
});
