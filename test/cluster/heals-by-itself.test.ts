import { afterEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 3, fileBytes: 500, seed: 'heal' };
const files = [...syntheticFiles(library)];

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it('looks again by itself at videos that failed for a reason that time mends', async () => {
    stage = await openClusterStage(library);
    const broken = new URL(syntheticSegment(1), `http://x${syntheticPlaylist(0)}`).pathname;
    stage.origin.behave(broken, { kind: 'status', status: 500 });
    stage.origin.behave(syntheticPlaylist(1), { kind: 'status', status: 404 });
    const up = stage.start('up', ...quickly, '--retry-invalid-every', '2s', '--crawlers', '1', '--transfers', '1');
    await stage.until(({ totals: { videos } }) => videos.incomplete === 1 && videos.invalid === 1);
    stage.origin.heal(broken);
    stage.origin.heal(syntheticPlaylist(1));
    await stage.until(({ totals: { videos } }) => videos.published === 2);
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
  });
});
