import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { KiB } from '../../src/domain/units.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Behaviour } from '../servers/origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 3, fileBytes: 500, seed: 'silent' };
const files = [...syntheticFiles(library)];
const dead = 20;

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it.each<{ does: string; behaviour: Behaviour }>([
    { does: 'never answers', behaviour: { kind: 'silent' } },
    { does: 'is slow to say that it cannot', behaviour: { kind: 'status', status: 504, afterMs: 2_000 } },
  ])('publishes videos that come after many whose host $does', async ({ behaviour }) => {
    const silent = await startOrigin({ rule: () => behaviour });
    try {
      stage = await openClusterStage(library);
      const rows = [
        // Videos are taken in the order of their ids.
        ...Array.from({ length: dead }, (_, at) => ({ id: `dead-${at}`, url: `${silent.url}/${at}/index.m3u8` })),
        ...[0, 1].map((at) => ({ id: `good-${at}`, url: stage.origin.url + syntheticPlaylist(at) })),
      ];
      await writeFile(stage.catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const flags = ['--max-videos', '5', '--source-timeout', '3s', '--patience', '10m', '--transfers', '0'];
      stage.start('up', ...quickly, ...flags, '--allow-host', '127.0.0.1');
      const { totals } = await stage.until(({ totals: { videos } }) => videos.published === 2);
      expect(totals.videos).toMatchObject({ waiting: dead, incomplete: 0, invalid: 0 });
      expect(stage.puts().filter((key) => !key.endsWith('.m3u8'))).toHaveLength(files.length - library.videos);
      // Each place of the crawler once, with a look at the root, and then one request for each rest.
      expect(silent.requests.length).toBeLessThan(2 * dead);
    } finally {
      await silent.stop();
    }
  });

  it('publishes videos that come after more hosts than are crawled at a time, whose playlists drip', async () => {
    const list = Buffer.from(`#EXTM3U\n${'#'.repeat(8 * KiB)}`);
    const dripping = await Promise.all(
      Array.from({ length: 9 }, () =>
        startOrigin({
          files: { '/index.m3u8': list },
          rule: ({ path }) => (path === '/index.m3u8' ? { kind: 'slow', bytesPerSecond: 1 } : undefined),
        }),
      ),
    );
    try {
      stage = await openClusterStage(library);
      const rows = [
        ...dripping.map(({ url }, at) => ({ id: `drip-${at}`, url: `${url}/index.m3u8` })),
        ...[0, 1].map((at) => ({ id: `good-${at}`, url: stage.origin.url + syntheticPlaylist(at) })),
      ];
      await writeFile(stage.catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      stage.start('up', ...quickly, '--patience', '10m', '--transfers', '0', '--allow-host', '127.0.0.1');
      const { totals } = await stage.until(({ totals: { videos } }) => videos.published === 2, 50_000);
      expect(totals.videos).toMatchObject({ waiting: dripping.length, incomplete: 0, invalid: 0 });
    } finally {
      await Promise.all(dripping.map((each) => each.stop()));
    }
  });
});
