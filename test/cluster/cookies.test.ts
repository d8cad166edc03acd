import { afterEach, describe, expect, it } from 'vitest';
import { contentsOf } from '../e2e/contents.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { cookieOrigin, grantMark } from '../servers/cookie-origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 3, filesPerVideo: 6, fileBytes: 500, seed: 'cookies' };
const files = [...syntheticFiles(library)];

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it('copies from a source that hands out access by cookies, renews it, and keeps it to itself', async () => {
    const cdn = cookieOrigin();
    let isFirst = true;
    stage = await openClusterStage(library, {
      rule: (request) => {
        if (isFirst && request.path.includes(syntheticSegment(3))) {
          isFirst = false;
          cdn.expire();
        }
        return cdn.rule(request);
      },
    });
    const up = stage.start('up', '--crawlers', '1', '--transfers', '2', '--log-level', 'debug');
    await stage.until(({ totals: { videos } }) => videos.published === library.videos);
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    expect(isFirst).toBe(false);
    // What was in flight when the grants were taken back, and nothing else.
    for (const { path } of files.filter((file) => file.path.endsWith('.ts')))
      expect(stage.origin.countOf(path)).toBeLessThan(3);
    // Redis appends all that it is sent to a file.
    const queues = await contentsOf(stage.redis.folder);
    expect(queues.some(({ bytes }) => bytes.includes('video-000'))).toBe(true);
    const kept = [...queues, ...(await contentsOf(stage.journal)), ...(await contentsOf(stage.scratch))];
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter(({ bytes }) => bytes.includes(grantMark)).map(({ path }) => path)).toEqual([]);
    expect(ended.stdout + ended.stderr).not.toContain(grantMark);
  });
});
