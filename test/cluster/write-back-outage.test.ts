import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { MongoClient } from 'mongodb';
import type { Collection } from 'mongodb';
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

const library: SyntheticShape = { videos: 40, filesPerVideo: 2, fileBytes: 500, seed: 'write-back outage' };

interface Row {
  readonly _id: string;
  readonly playlistUrl: string;
  readonly flants?: { readonly state: string };
}

describe.skipIf(!hasOwnMongo || !hasRedis || !hasVersitygw)('a cluster that writes back', patient, () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  /** A cluster whose scanner has read a catalogue in MongoDB, with a webhook, of which nothing runs. */
  const open = async (): Promise<{
    readonly stage: ClusterStage;
    readonly mongo: StartedMongo;
    readonly rows: Collection<Row>;
    readonly alerts: readonly string[];
    readonly start: (...words: readonly string[]) => RunningFlants;
  }> => {
    const mongo = await startOwnMongo();
    ends.push(() => mongo.stop());
    const stage = await openClusterStage(library);
    ends.push(() => stage.close());
    const client = new MongoClient(mongo.url);
    ends.push(() => client.close());
    const rows = client.db('school').collection<Row>('videos');
    await rows.insertMany(
      Array.from({ length: library.videos }, (_, at) => ({
        _id: `video-${at}`,
        playlistUrl: stage.origin.url + syntheticPlaylist(at),
      })),
    );
    const alerts: string[] = [];
    const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { video } = JSON.parse(await text(request)) as { readonly video?: { readonly id: string } };
      if (video) alerts.push(video.id);
      response.end();
    };
    const webhook = createServer((request, response) => void hear(request, response));
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    ends.push(() => webhook.close());
    const start = (...words: readonly string[]): RunningFlants => {
      const catalogue = ['--mongo-database', 'school', '--mongo-collection', 'videos', '--scan-every', '1h'];
      const told = words[0] === 'up' ? ['--write-back', 'flants'] : [];
      const hook =
        words[0] === 'up' ? ['--webhook', `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`] : [];
      const started = startFlants(
        [...words, stage.destination, ...catalogue, ...told, ...hook, '--listen', '127.0.0.1:0', ...quickly],
        { env: { ...stage.env, FLANTS_CATALOGUE: mongo.url } },
      );
      ends.push(async () => {
        started.kill('SIGKILL');
        await started.ended;
      });
      return started;
    };
    const scanner = start('scanner');
    await scanner.says('the catalogue was read');
    scanner.kill('SIGTERM');
    await scanner.ended;
    return { stage, mongo, rows, alerts, start };
  };
  const written = (rows: Collection<Row>): Promise<number> => rows.countDocuments({ 'flants.state': 'published' });
  const all = Array.from({ length: library.videos }, (_, at) => `video-${at}`).toSorted();

  it('publishes, tells the webhook and forgets videos while MongoDB is silent, and writes all of it once it answers', async () => {
    const { stage, mongo, rows, alerts, start } = await open();
    process.kill(mongo.pid, 'SIGSTOP');
    const up = start('up', '--transfers', '0');
    await stage.until(({ totals }) => totals.videos.published === library.videos);
    await expect.poll(() => alerts.length, { timeout: 20_000 }).toBe(library.videos);
    await up.says('is not written back to the catalogue for now');
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain('was killed');

    process.kill(mongo.pid, 'SIGCONT');
    start('up', '--transfers', '0');
    await expect.poll(() => written(rows), { timeout: 60_000 }).toBe(library.videos);
    expect(alerts.toSorted()).toEqual(all);
  });

  it('is not stopped by a row that refuses it, and tells that one when it does not', async () => {
    const { stage, rows, alerts, start } = await open();
    // The second published video would break it.
    await rows.createIndex({ 'flants.state': 1 }, { unique: true, sparse: true });
    const up = start('up', '--transfers', '0');
    await stage.until(({ totals }) => totals.videos.published === library.videos);
    await expect.poll(() => alerts.length, { timeout: 20_000 }).toBe(library.videos);
    await up.says('is not written back to the catalogue for now');
    expect(await written(rows)).toBe(1);
    await rows.dropIndexes();
    await expect.poll(() => written(rows), { timeout: 90_000 }).toBe(library.videos);
    expect(alerts.toSorted()).toEqual(all);
  });
});
