import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { VideoDetail } from '../../src/domain/report/library-status.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { full, patient } from '../e2e/stage.ts';
import { startRecording } from '../media/recording.ts';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const small = ['--transfers', '0', '--live-every', '1s'];
const library = { videos: 1, filesPerVideo: 3, fileBytes: 500, seed: 'live' };

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  const running: RunningFlants[] = [];
  afterEach(async () => {
    for (const up of running.splice(0)) {
      // Those that a failed test has left.
      if (up.kill('SIGTERM')) await up.ended;
    }
    await stage.close();
  });
  const start = (...flags: readonly string[]): RunningFlants => {
    const up = stage.start('up', ...small, ...flags);
    running.push(up);
    return up;
  };

  const list = async (videos: Readonly<Record<string, string>>): Promise<void> => {
    const rows = Object.entries(videos).map(([id, url]) => JSON.stringify({ id, url }));
    await writeFile(stage.catalogue, `${rows.join('\n')}\n`);
  };
  const detail = async (id: string): Promise<VideoDetail> =>
    JSON.parse((await stage.run('show', id, '--json')).stdout) as VideoDetail;
  /** @returns `performance.now()` when the object stood there */
  const playable = async (key: string): Promise<number> => {
    while (!(await stage.object(key))) await sleep(20);
    return performance.now();
  };

  it('publishes a recording that is listed from its first second as soon as it is over', async () => {
    stage = await openClusterStage();
    const recording = startRecording(stage.origin, 'class', 1000);
    const longEnough = sleep(full ? 60_000 : 12_000);
    await list({ class: stage.origin.url + recording.path });
    const api = await clusterApi();
    const up = start(...api.flags);
    await stage.until(({ totals }) => totals.videos.live === 1);
    expect((await stage.run('status')).code).toBe(3);
    expect((await detail('class')).report).toMatchObject({
      state: 'live',
      live: { playlistUrl: `${stage.origin.url}/class/high.m3u8` },
      nextLookAt: expect.any(String) as string,
    });
    expect((await stage.run('videos', '--in-state', 'live')).stdout).toMatch(/^class .* live .* fresh/);

    await longEnough;
    const publishedAt = playable(recording.path.slice(1));
    const endedAt = recording.end();
    const seconds = ((await publishedAt) - endedAt) / 1000;
    console.log(`playable ${seconds.toFixed(2)} s after its end, looked at every second`);
    await stage.until(({ totals }) => totals.videos.published === 1);
    for (const [path, body] of recording.objects)
      expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toContain('state="live"');
    up.kill('SIGTERM');
    const { code, stderr } = await up.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain('"level":"error"');
    expect(stderr.match(/class is live/g)).toHaveLength(1);
  });

  it('asks only whether it is over while nothing is added to it, over a restart too, and then takes it as over', async () => {
    stage = await openClusterStage();
    const recording = startRecording(stage.origin, 'class', 4000);
    await list({ class: stage.origin.url + recording.path });
    await sleep(4500);
    recording.die();
    const othersAsked = stage.origin.asked('/class/high.m3u8', 2).then(() => stage.origin.countOf('/class/low.m3u8'));
    const first = start('--assume-ended');
    await stage.until(({ totals }) => totals.videos.live === 1);
    const { unchangedSince } = (await detail('class')).report.live ?? {};
    expect(await othersAsked).toBe(1);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    const second = start('--assume-ended');
    await stage.origin.asked('/class/high.m3u8', 3);
    // On a slow machine it may have been taken as over by now.
    const { live } = (await detail('class')).report;
    if (live) expect(live.unchangedSince).toBe(unchangedSince);
    await stage.until(({ totals }) => totals.videos.published === 1);
    const quietMs = Date.now() - Date.parse(unchangedSince ?? '');
    expect(quietMs).toBeGreaterThanOrEqual(12_000);
    const body = String(await stage.object('class/low.m3u8'));
    expect(body).toBe(`${String(Buffer.from(recording.objects.get('/class/low.m3u8') ?? []))}#EXT-X-ENDLIST\n`);
    expect((await detail('class')).report.warnings).toHaveLength(2);
    second.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('publishes without a person what was not there at first, or on an origin that was down', async () => {
    stage = await openClusterStage(library);
    const port = await freePort();
    const down = `http://127.0.0.1:${port}`;
    stage.origin.behave(syntheticPlaylist(0), { kind: 'status', status: 404 });
    await list({ absent: stage.origin.url + syntheticPlaylist(0), down: down + syntheticPlaylist(0) });
    const up = start('--retry-invalid-every', '2s', '--allow-host', '127.0.0.1');
    await stage.until(({ totals }) => totals.videos.invalid === 1 && totals.videos.waiting === 1);
    stage.origin.heal(syntheticPlaylist(0));
    const files = Object.fromEntries([...syntheticFiles(library)].map(({ path, body }) => [path, body]));
    const late = await startOrigin({ port, files });
    try {
      await stage.until(({ totals }) => totals.videos.published === 2);
      up.kill('SIGTERM');
      expect((await up.ended).code).toBe(0);
    } finally {
      await late.stop();
    }
  });
});
