import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasOwnMongo, startOwnMongo } from '../servers/mongo.ts';
import type { StartedMongo } from '../servers/mongo.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 30, filesPerVideo: 2, fileBytes: 500, seed: 'silent mongo' };
/** More than are crawled at a time. Videos are taken in the order of their ids: these come first. */
const tokened = 12;
const token = '?token=s3cr3t';
const playlists = Array.from({ length: tokened }, (_, at) => syntheticPlaylist(at));

describe.skipIf(!hasOwnMongo || !hasRedis || !hasVersitygw)('a cluster whose MongoDB gives no answer', patient, () => {
  let stage: ClusterStage;
  let mongo: StartedMongo;
  const running: RunningFlants[] = [];
  afterEach(async () => {
    for (const each of running) each.kill('SIGKILL');
    await Promise.all(running.splice(0).map((each) => each.ended));
    await mongo.stop();
    await stage.close();
  });

  it('goes on with all videos but those whose tokens only it knows, and with these once it answers', async () => {
    mongo = await startOwnMongo();
    stage = await openClusterStage(library, {
      rule: ({ path }) => (playlists.includes(path) ? { kind: 'status', status: 403 } : undefined),
    });
    const client = new MongoClient(mongo.url);
    await client
      .db('school')
      .collection<{ _id: string; playlistUrl: string }>('videos')
      .insertMany(
        Array.from({ length: library.videos }, (_, at) => ({
          _id: `video-${String(at).padStart(2, '0')}`,
          playlistUrl: stage.origin.url + syntheticPlaylist(at) + (at < tokened ? token : ''),
        })),
      );
    await client.close();
    const start = (...words: readonly string[]): RunningFlants => {
      const catalogue = ['--mongo-database', 'school', '--mongo-collection', 'videos'];
      const flags = [...catalogue, '--scan-every', '1h', '--listen', '127.0.0.1:0', ...quickly];
      const started = startFlants([...words, stage.destination, ...flags], {
        env: { ...stage.env, FLANTS_CATALOGUE: mongo.url },
      });
      running.push(started);
      return started;
    };
    const scanner = start('scanner');
    await scanner.says('the catalogue was read');
    scanner.kill('SIGTERM');
    await scanner.ended;

    process.kill(mongo.pid, 'SIGSTOP');
    const up = start('up', '--transfers', '0');
    await stage.until(({ totals }) => totals.videos.published === library.videos - tokened);
    await up.says('videos whose URLs have tokens wait for the catalogue');
    expect((await stage.status()).totals.videos).toMatchObject({ invalid: 0, incomplete: 0 });
    expect(stage.origin.requests.filter(({ path }) => playlists.includes(path))).toEqual([]);

    process.kill(mongo.pid, 'SIGCONT');
    await stage.until(({ totals }) => totals.videos.published === library.videos);
    await up.says('the catalogue answers again');
  });
});
