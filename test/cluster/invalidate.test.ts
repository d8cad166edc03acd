import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { mediaPlaylist, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startCloudFront } from '../servers/cloudfront.ts';
import type { CloudFrontServer } from '../servers/cloudfront.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 2, fileBytes: 1_880, seed: 'replaced' };
const segments = [...syntheticFiles(library)].flatMap(({ path }) => (path.endsWith('.ts') ? [path] : []));

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster behind CloudFront', patient, () => {
  let stage: ClusterStage;
  let cloudFront: CloudFrontServer;
  beforeEach(async () => {
    [stage, cloudFront] = await Promise.all([openClusterStage(library), startCloudFront()]);
  });
  afterEach(async () => {
    await Promise.all([stage.close(), cloudFront.stop()]);
  });

  it('tells of what was replaced, and once, when its aggregator dies before the answer', async () => {
    const scans = ['--crawlers', '1', '--transfers', '0', '--delta-every', '2s', '--scan-every', '2s'];
    const { distribution, url } = cloudFront;
    const told = ['--invalidate', distribution, '--cloudfront-endpoint', url, '--invalidate-prefix', '/'];
    const up = (): ReturnType<ClusterStage['start']> => stage.start('up', ...scans, ...told);
    const first = up();
    await stage.until(({ totals: { videos } }) => videos.published === 1);
    expect(cloudFront.references).toEqual([]);

    cloudFront.interfere('silence-after');
    const isAsked = new Promise<void>((resolve) => cloudFront.onInvalidation(resolve));
    const [segment = ''] = segments;
    const folder = segment.slice(0, segment.lastIndexOf('/'));
    stage.origin.put(segment, Buffer.alloc(1_880, 'G'));
    const names = segments.map((path) => path.slice(folder.length + 1));
    stage.origin.put(`${folder}/index.m3u8`, `${mediaPlaylist(names)}# again\n`);
    await isAsked;
    first.kill('SIGKILL');
    await first.ended;

    const second = up();
    await stage.until(({ totals: { videos } }) => videos.published === 1 && cloudFront.references.length > 1);
    second.kill('SIGTERM');
    await second.ended;
    expect(cloudFront.accepted.map(({ paths }) => paths)).toEqual([[segment, `${folder}/index.m3u8`].toSorted()]);
    expect(new Set(cloudFront.references).size).toBe(1);
    const report = await stage.run('report');
    expect(report.stdout).toContain(`"by": "CloudFront distribution ${cloudFront.distribution}"`);
  });
});
