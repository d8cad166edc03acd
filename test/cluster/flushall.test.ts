import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatchLimits } from '../../src/app/cluster/cluster.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticCatalogue, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';
import { createTap } from './tap.ts';

const listed = 12;
/** One more than the catalogue names: that one is submitted by hand. */
const library: SyntheticShape = { videos: listed + 1, filesPerVideo: 60, fileBytes: 2_000, seed: 'flush' };
const byHand = 'video-012';
/** Outcomes go to the journal by the batch: those under way may have so many files whose evidence is not there yet. */
const untold = 2 * Math.ceil(60 / dispatchLimits.lanes);

describe.skipIf(!hasRedis || !hasVersitygw)('a Redis that loses everything in mid-run', patient, () => {
  /** No whole number of videos, so that one of them is there in part. */
  const tap = createTap(345);
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants;
  beforeAll(async () => {
    stage = await openClusterStage(library, { rule: tap.rule });
    await writeFile(stage.catalogue, syntheticCatalogue({ ...library, videos: listed }, stage.origin.url));
    api = await clusterApi();
    up = stage.start('up', '--transfers', '0', '--concurrency', '8', ...api.flags);
  });
  afterAll(async () => {
    tap.open();
    await stage?.close();
  });

  it('costs time: no decision, and no copy of what is there', async () => {
    await up.during(tap.stands(8));
    // No more comes from the origin: what stands of a video now stays as it is.
    const held = await api.until((videos) => idsIn('copying', videos).length > 2);
    const standing = [...(await keysAt(stage))].join('\n');
    const partOf = (id: string): number => standing.split(`/${id}/`).length - 1;
    const copying = idsIn('copying', held);
    const paused = copying.find((id) => partOf(id) > 0 && partOf(id) < library.filesPerVideo) ?? '';
    const cancelled = copying.findLast((id) => id !== paused) ?? '';
    expect([paused, cancelled]).not.toContain('');
    const decided = await Promise.all([
      stage.run('pause', paused),
      stage.run('cancel', cancelled, '--grace', '1s'),
      stage.run('submit', stage.origin.url + syntheticPlaylist(listed), '--id', byHand),
    ]);
    for (const { code, stderr } of decided) expect(code, stderr).toBe(0);
    const stood = await keysAt(stage);
    expect(stood.size).toBeGreaterThan(300);
    const counted = stage.requests.length;

    await flushAll(stage.redis.url);
    tap.open();
    await api.until((videos) => idsIn('published', videos).length === library.videos - 2);
    const { totals } = await stage.status();
    expect(totals.videos).toMatchObject({ published: library.videos - 2, paused: 1, cancelled: 1 });
    const states = await api.videos();
    expect(idsIn('paused', states)).toEqual([paused]);
    expect(idsIn('cancelled', states)).toEqual([cancelled]);
    expect(idsIn('published', states)).toContain(byHand);

    await stage.run('resume', paused);
    await api.until((videos) => idsIn('published', videos).includes(paused));
    expect(idsIn('cancelled', await api.videos())).toEqual([cancelled]);
    for (const { path, body } of syntheticFiles(library)) {
      if (path.startsWith(`/${cancelled}/`)) continue;
      expect((await stage.object(path.slice(1)))?.equals(body), path).toBe(true);
    }
    expect(await stage.object(`${cancelled}/index.m3u8`)).toBeUndefined();

    const sentAgain = stage.requests.slice(counted).filter(({ method, path }) => method === 'PUT' && stood.has(path));
    // A body that is sent again is refused by the condition it goes under: that is for what stood without its evidence.
    expect(sentAgain.filter(({ status }) => status !== 412)).toEqual([]);
    expect(sentAgain.length).toBeLessThanOrEqual(untold);

    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
  });
});

/** Paths of all that stands at the destination, as requests name them. */
async function keysAt({ objects, server }: ClusterStage): Promise<ReadonlySet<string>> {
  const found = await readdir(objects, { recursive: true, withFileTypes: true });
  const root = objects.slice(0, objects.length - '/vod'.length);
  const files = found.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Set(files.map((file) => `/${server.bucket}${file.slice(root.length)}`));
}

async function flushAll(url: string): Promise<void> {
  const redis = connectRedis({ url }, () => undefined);
  await redis.flushall();
  redis.disconnect();
}
