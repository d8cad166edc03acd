import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { mediaPlaylist, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import type { SeenRequest } from '../servers/origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 5, filesPerVideo: 20, fileBytes: 1_000, seed: 'delta' };
const playlists = Array.from({ length: library.videos }, (_, number) => syntheticPlaylist(number));

describe.skipIf(!hasRedis || !hasVersitygw)('a library that is complete', patient, () => {
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants;
  const start = (deltaEvery: string): void => {
    up = stage.start('up', '--transfers', '0', '--delta-every', deltaEvery, ...api.flags);
  };
  const stop = async (): Promise<void> => {
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
  };
  beforeAll(async () => {
    stage = await openClusterStage(library);
    api = await clusterApi();
    start('never');
    await api.until((videos) => idsIn('published', videos).length === library.videos);
    await stop();
  });
  afterAll(async () => {
    await stage?.close();
  });

  it('costs a conditional request for each playlist when it is looked at again, and what is new when one has grown', async () => {
    const { origin } = stage;
    let from = origin.requests.length;
    const since = (): readonly SeenRequest[] => origin.requests.slice(from);
    stage.clear();
    // The first look is at once, the next would be in an hour.
    start('1h');
    await Promise.all(playlists.map((path) => origin.asked(path, origin.countOf(path) + 1)));
    await stop();
    expect(
      since()
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(playlists);
    for (const { headers } of since()) expect(headers['if-none-match']).toMatch(/^"/);
    expect(stage.puts()).toEqual([]);

    const names = Array.from({ length: library.filesPerVideo + 1 }, (_, number) => syntheticSegment(number));
    const [grown, added] = [syntheticPlaylist(2), `/video-002/${names.at(-1) ?? ''}`];
    origin.put(added, 'the end');
    origin.put(grown, mediaPlaylist(names));
    from = origin.requests.length;
    start('2s');
    await expect
      .poll(async () => String(await stage.object(grown.slice(1))), { timeout: 30_000 })
      .toBe(mediaPlaylist(names));
    // The playlist is there before its publication is recorded.
    await api.until((videos) => idsIn('published', videos).length === library.videos);
    await stop();
    expect(stage.puts()).toEqual([added.slice(1), grown.slice(1)]);
    const bodies = since().filter(({ headers }) => headers['if-none-match'] === undefined);
    expect(new Set(bodies.map(({ path }) => path))).toEqual(new Set([added, grown]));
    const segments = since().filter(({ path }) => path.endsWith('.ts'));
    expect(segments.every(({ path }) => path.startsWith('/video-002/'))).toBe(true);
    expect((await stage.status()).totals).toMatchObject({
      videos: { published: library.videos },
      files: { total: library.videos * library.filesPerVideo + 1, failed: 0 },
    });
  });
});
