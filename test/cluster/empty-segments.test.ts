import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

/** Paths of segments. Two differ in nothing but an empty segment. */
const segments = ['/v//a.ts', '/v//x//b.ts', '/v//x/b.ts', '/v/x/b.ts'];

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it('renames files with empty segments in their names where the store folds them', async () => {
    stage = await openClusterStage();
    stage.origin.put('/v//index.m3u8', mediaPlaylist(segments));
    for (const path of segments) stage.origin.put(path, `segment of ${path}`);
    await writeFile(stage.catalogue, JSON.stringify({ id: 'v', playlistUrl: `${stage.origin.url}/v//index.m3u8` }));
    const up = stage.start('up', '--crawlers', '1', '--transfers', '2');
    await stage.until(({ totals: { videos } }) => videos.published === 1);
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
    const { stdout } = await stage.run('report', '--format', 'json');
    const { videos } = JSON.parse(stdout) as { videos: { playlistKey: string; files: unknown }[] };
    expect(videos).toMatchObject([{ files: { total: segments.length, done: segments.length } }]);
    const key = videos[0]?.playlistKey ?? '';
    expect(key).toMatch(/^v\/_empty~[0-9a-f]{32}\/index\.m3u8$/);
    expect((await stage.object('v/x/b.ts'))?.toString()).toBe('segment of /v/x/b.ts');
    const lines =
      (await stage.object(key))
        ?.toString()
        .split('\n')
        .filter((line) => line.endsWith('.ts')) ?? [];
    const copies = await Promise.all(
      lines.map(async (line) => {
        const { pathname } = new URL(line, `http://store/${key}`);
        return (await stage.object(pathname.slice(1)))?.toString();
      }),
    );
    expect(copies).toEqual(segments.map((path) => `segment of ${path}`));
  });
});
