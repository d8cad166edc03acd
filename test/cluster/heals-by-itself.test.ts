import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { minute } from '../../src/domain/units.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { mediaPlaylist, syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { freePort } from '../servers/free-port.ts';
import { hasRedis } from '../servers/redis.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 3, fileBytes: 500, seed: 'heal' };
const files = [...syntheticFiles(library)];

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  let up: RunningFlants;
  afterEach(() => stage.close());

  it('looks again by itself at videos that failed for a reason that time mends', async () => {
    stage = await openClusterStage(library);
    const broken = new URL(syntheticSegment(1), `http://x${syntheticPlaylist(0)}`).pathname;
    stage.origin.behave(broken, { kind: 'status', status: 500 });
    stage.origin.behave(syntheticPlaylist(1), { kind: 'status', status: 404 });
    up = stage.start('up', ...quickly, '--retry-invalid-every', '2s', '--transfers', '0');
    await stage.until(({ totals: { videos } }) => videos.incomplete === 1 && videos.invalid === 1);
    stage.origin.heal(broken);
    stage.origin.heal(syntheticPlaylist(1));
    await stage.until(({ totals: { videos } }) => videos.published === 2);
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
  });

  it('gives up what waits for a dead host when nothing else of the video is left, and looks again once it has returned', async () => {
    stage = await openClusterStage({ ...library, videos: 1 });
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    stage.origin.put('/half/index.m3u8', mediaPlaylist(['a.ts', `http://${host}/b.ts`]));
    stage.origin.put('/half/a.ts', 'media a');
    const rows = [
      { id: 'good', url: stage.origin.url + syntheticPlaylist(0) },
      { id: 'half', url: `${stage.origin.url}/half/index.m3u8` },
      { id: 'dead', url: `http://${host}/dead/index.m3u8` },
    ];
    await writeFile(stage.catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    up = stage.start('up', ...quickly, '--patience', '1s', '--allow-host', '127.0.0.1', '--transfers', '0');
    await up.says(`1 of its files are waiting for ${host}, which is down or overloaded`);
    const resting = await stage.until(
      ({ totals: { videos } }) => videos.published === 1 && videos.incomplete === 1 && videos.invalid === 1,
    );
    expect(resting.causes).toMatchObject([{ code: 'source.unreachable', files: 1, videos: 2 }]);
    await putOff(stage, ['half', 'dead'], `http://${host}`);

    const server = createServer((request, response) => {
      const isPlaylist = request.url === '/dead/index.m3u8';
      response.end(isPlaylist ? mediaPlaylist(['c.ts']) : `media of ${request.url}`);
    });
    server.listen(port, '127.0.0.1');
    try {
      await stage.until(({ totals: { videos } }) => videos.published === 3);
      // Which of the hosts is the library's first depends on the scanner.
      const key = stage.puts().find((each) => each.endsWith('b.ts')) ?? '';
      expect((await stage.object(key))?.toString()).toBe('media of /b.ts');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

/** Plans the next look at videos that wait for a place for a time when this test is over. */
async function putOff(stage: ClusterStage, videos: readonly string[], waitsFor: string): Promise<void> {
  const redis = connectRedis(stage.redis, () => {});
  const ledger = new RedisLedger(redis, 'flants');
  const nextLook = { count: 9, at: Date.now() + 60 * minute, waitsFor };
  for (const video of videos) {
    await vi.waitFor(async () => expect((await ledger.read(video))?.nextLook?.waitsFor).toBe(waitsFor), patient);
    const { generation = '' } = (await ledger.read(video)) ?? {};
    expect(await ledger.apply(video, { type: 'look', generation, nextLook })).toMatchObject({ result: 'applied' });
  }
  redis.disconnect();
}
