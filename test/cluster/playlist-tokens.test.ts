import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { mediaPlaylist, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 3, fileBytes: 500, seed: 'playlist tokens' };
const names = Array.from({ length: library.filesPerVideo }, (_, number) => syntheticSegment(number));
const playlist = syntheticPlaylist(0);
const token = '?token=s3cr3t';

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster whose playlists want a token', patient, () => {
  let stage: ClusterStage;
  const running: RunningFlants[] = [];
  afterEach(async () => {
    for (const each of running) each.kill('SIGKILL');
    await Promise.all(running.splice(0).map((each) => each.ended));
    await stage.close();
  });

  it('does not read playlists again to copy where one process does all', async () => {
    let readings = 0;
    const body = mediaPlaylist(names.map((name) => name + token));
    stage = await openClusterStage(library, {
      rule: ({ path }) => {
        if (!path.endsWith(token)) return path.startsWith('/video') ? { kind: 'status', status: 403 } : undefined;
        if (!path.startsWith(playlist)) return undefined;
        readings += 1;
        return { kind: 'answer', headers: {}, body };
      },
    });
    await writeFile(stage.catalogue, JSON.stringify({ id: 'class', playlistUrl: stage.origin.url + playlist + token }));
    const flags = ['--with-transfer', '--listen', '127.0.0.1:0', ...quickly];
    running.push(startFlants(['coordinator', stage.catalogue, stage.destination, ...flags], { env: stage.env }));
    await stage.until(({ totals }) => totals.videos.published === 1);
    // Twice to plan, to see what is new at each reading, and once before it publishes.
    expect(readings).toBe(3);
  });

  it('says what a transfer process without the catalogue lacks, and copies once it has that', async () => {
    const body = mediaPlaylist(names.map((name) => name + token));
    stage = await openClusterStage(library, {
      rule: ({ path }) => {
        if (!path.endsWith(token)) return path.startsWith('/video') ? { kind: 'status', status: 403 } : undefined;
        return path.startsWith(playlist) ? { kind: 'answer', headers: {}, body } : undefined;
      },
    });
    const row = { id: 'class', playlistUrl: stage.origin.url + playlist + token };
    await writeFile(stage.catalogue, JSON.stringify(row));
    const start = (...words: readonly string[]): RunningFlants => {
      const flags = ['--listen', '127.0.0.1:0', ...quickly];
      const started = startFlants([...words, stage.destination, ...flags], { env: stage.env });
      running.push(started);
      return started;
    };
    start('coordinator', stage.catalogue);
    const bare = start('transfer');
    await stage.until(({ totals }) => totals.videos.invalid === 1);
    const { stdout } = await stage.run('status');
    expect(stdout).toMatch(
      /source\.denied: 1 video, such as class: .*not where its files are copied: .*403.* to flants transfer/,
    );

    bare.kill('SIGTERM');
    await bare.ended;
    start('transfer', stage.catalogue);
    expect((await stage.run('retry', 'class')).code).toBe(0);
    await stage.until(({ totals }) => totals.videos.published === 1);
  });
});
