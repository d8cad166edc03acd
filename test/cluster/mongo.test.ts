import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Long, MongoClient, ObjectId, UUID } from 'mongodb';
import type { Collection } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minute, second } from '../../src/domain/units.ts';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { expectRefused } from '../e2e/refusal.ts';
import { full, patient } from '../e2e/stage.ts';
import { startRecording } from '../media/recording.ts';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { hasMongo, startMongo } from '../servers/mongo.ts';
import type { Mongo } from '../servers/mongo.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';
import { createTap } from './tap.ts';

/** A document of somebody's own making. */
interface Lecture {
  readonly _id: string;
  readonly name: string;
  readonly state: string;
  readonly begin?: Date;
  readonly hls?: { readonly master: string };
  readonly flants?: {
    readonly state: string;
    readonly files: object;
    readonly destinationUrl?: string;
    readonly at: Date;
  };
}

const publicUrl = 'https://cdn.example/vod';

describe.skipIf(!hasMongo || !hasRedis || !hasVersitygw)('a cluster over a catalogue in MongoDB', patient, () => {
  let mongo: Mongo;
  let client: MongoClient;
  const running: RunningFlants[] = [];
  beforeAll(async () => {
    mongo = await startMongo();
    client = new MongoClient(mongo.url);
  });
  afterAll(async () => {
    await client?.close();
    await mongo?.stop();
  });

  /** A stage with a collection of its own, and a command on both. */
  const open = async (
    options: Parameters<typeof openClusterStage>,
    play: (parts: {
      readonly stage: ClusterStage;
      readonly api: ClusterApi;
      readonly lectures: Collection<Lecture>;
      readonly start: () => RunningFlants;
    }) => Promise<void>,
  ): Promise<void> => {
    const stage = await openClusterStage(...options);
    const lectures = client.db(`flants-test-${randomUUID()}`).collection<Lecture>('lectures');
    try {
      const api = await clusterApi();
      const start = (): RunningFlants => {
        const catalogue = ['--mongo-database', lectures.dbName, '--mongo-collection', 'lectures'];
        const fields = ['--mongo-fields', 'playlistUrl=hls.master,title=name,recordedAt=begin'];
        const rules = ['--rule', 'state = broadcast', '--write-back', 'flants', '--public-url', publicUrl];
        const clocks = ['--scan-every', '1h', '--delta-every', 'never', '--live-every', '1s', ...quickly];
        const size = ['--transfers', '0', '--concurrency', '4'];
        const up = startFlants(
          ['up', stage.destination, ...catalogue, ...fields, ...rules, ...clocks, ...size, ...api.flags],
          // The URL of a catalogue may hold a password: it stays off the command line.
          { env: { ...stage.env, FLANTS_CATALOGUE: mongo.url } },
        );
        running.push(up);
        return up;
      };
      await play({ stage, api, lectures, start });
    } finally {
      for (const up of running.splice(0)) {
        up.kill('SIGKILL');
        await up.ended;
      }
      await client.db(lectures.dbName).dropDatabase();
      await stage.close();
    }
  };
  const lecture = (stage: ClusterStage, number: number, more: Partial<Lecture> = {}): Lecture => ({
    _id: `lecture-${number}`,
    name: `Lecture ${number}`,
    state: 'broadcast',
    hls: { master: stage.origin.url + syntheticPlaylist(number) },
    ...more,
  });
  const placeOf = (number: number): string => publicUrl + syntheticPlaylist(number);

  it('takes what passes the rules, follows changes, writes back, and deletes nothing', async () => {
    const library = { videos: 5, filesPerVideo: 4, fileBytes: 1_000, seed: 'mongo' };
    await open([library], async ({ stage, api, lectures, start }) => {
      const { hls: _, ...bare } = lecture(stage, 9);
      await lectures.insertMany([lecture(stage, 0), lecture(stage, 1), lecture(stage, 2, { state: 'draft' }), bare]);
      const up = start();
      await api.until((videos) => idsIn('published', videos).length === 2);
      expect(idsIn('published', await api.videos())).toEqual(['lecture-0', 'lecture-1']);
      await up.says('"refused":2');

      // Told by the change stream: the next scan is an hour away.
      await lectures.insertOne(lecture(stage, 3));
      await lectures.updateOne({ _id: 'lecture-2' }, { $set: { state: 'broadcast' } });
      await api.until((videos) => idsIn('published', videos).length === 4);

      await lectures.updateOne(
        { _id: 'lecture-0' },
        { $set: { 'hls.master': stage.origin.url + syntheticPlaylist(4) } },
      );
      await untilTold(lectures, 'lecture-0', ({ destinationUrl }) => destinationUrl === placeOf(4));
      for (const number of [0, 4]) expect(await stage.object(syntheticPlaylist(number).slice(1))).toBeDefined();
      for (const number of [1, 2, 3]) {
        await untilTold(lectures, `lecture-${number}`, ({ destinationUrl }) => destinationUrl === placeOf(number));
        expect(await lectures.findOne({ _id: `lecture-${number}` })).toMatchObject({
          name: `Lecture ${number}`,
          flants: {
            state: 'published',
            files: { total: 4, done: 4, failed: 0, accepted: 0 },
            at: expect.any(Date) as Date,
          },
        });
      }
      expect(await lectures.findOne({ _id: 'lecture-9' })).not.toHaveProperty('flants');

      await lectures.deleteOne({ _id: 'lecture-1' });
      up.kill('SIGTERM');
      expect((await up.ended).code).toBe(0);
      const again = start();
      await again.says('"withdrawn":1');
      expect(await stage.object(syntheticPlaylist(1).slice(1))).toBeDefined();
      await api.until((videos) => idsIn('published', videos).includes('lecture-1'));
      const [kept, purged] = await Promise.all([stage.run('purge', 'lecture-2'), stage.run('purge', 'lecture-1')]);
      expectRefused(kept, 'video.state', 'lecture-2');
      expect(purged.code, purged.stderr).toBe(0);
      expect(await stage.object(syntheticPlaylist(1).slice(1))).toBeDefined();
      expect((await api.videos()).map(({ id }) => id)).not.toContain('lecture-1');
    });
  });

  it('follows the changes of each of two catalogues', async () => {
    const library = { videos: 4, filesPerVideo: 2, fileBytes: 1_000, seed: 'two' };
    const stage = await openClusterStage(library);
    const schools = [1, 2].map((number) => client.db(`flants-test-${number}-${randomUUID()}`));
    const [one, two] = schools.map((school) => school.collection<Lecture>('lectures'));
    try {
      await one?.insertOne(lecture(stage, 0));
      await two?.insertOne(lecture(stage, 1));
      const api = await clusterApi();
      const catalogues = schools.map(
        ({ databaseName }) => Object.assign(new URL(mongo.url), { pathname: databaseName }).href,
      );
      const rows = ['--mongo-collection', 'lectures', '--mongo-fields', 'playlistUrl=hls.master'];
      const flags = [...rows, '--scan-every', '1h', ...quickly, '--transfers', '0', ...api.flags];
      running.push(startFlants(['up', ...catalogues, stage.destination, ...flags], { env: stage.env }));
      await api.until((videos) => idsIn('published', videos).length === 2);
      // The next scan is an hour away.
      await one?.insertOne(lecture(stage, 2));
      await two?.insertOne(lecture(stage, 3));
      await api.until((videos) => idsIn('published', videos).length === 4);
    } finally {
      for (const up of running.splice(0)) {
        up.kill('SIGKILL');
        await up.ended;
      }
      for (const school of schools) await school.dropDatabase();
      await stage.close();
    }
  });

  it('takes ids and dates of all types, tells each document, and says which are gone', async () => {
    const library = { videos: 5, filesPerVideo: 3, fileBytes: 1_000, seed: 'shapes' };
    const gone = 4;
    const tap = createTap(0, (path) => path.endsWith('.ts') && path.startsWith(folderOf(gone)));
    await open([library, { rule: tap.rule }], async ({ stage, api, lectures, start }) => {
      try {
        const ids: readonly unknown[] = [
          { course: new ObjectId('64fe1c2ab3d4e5f601234567'), n: 7 },
          new UUID('0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11'),
          new Date('2026-11-23T08:00:00Z'),
          Long.fromString('9007199254740993'),
          'lecture-4',
        ];
        const begins: readonly unknown[] = [
          Date.now(),
          'soon',
          '2026-11-23T08:00:00',
          Long.fromNumber(1_600_000_000),
          null,
        ];
        const shapes = ids.map((_id, number) => ({ ...lecture(stage, number), _id, begin: begins[number] }));
        await lectures.insertMany(shapes as unknown as Lecture[]);
        const up = start();
        await up.says('rows with a part that cannot be read: 1; the first: document');
        await up.says('that cannot be read: it is \\"soon\\"');
        await api.until((videos) => idsIn('published', videos).length === 4);
        expect((await stage.status()).scan).toMatchObject({ rows: 5, taken: 5, refused: 0, warnings: 1 });
        const compound = '{"course":{"$oid":"64fe1c2ab3d4e5f601234567"},"n":{"$numberInt":"7"}}';
        const names = [
          compound,
          '0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11',
          '2026-11-23T08:00:00.000Z',
          '9007199254740993',
        ];
        expect(idsIn('published', await api.videos())).toEqual(names.toSorted());
        expect((await api.videos()).filter(({ fresh }) => fresh)).toMatchObject([{ id: compound }]);
        for (const id of ids.slice(0, gone)) {
          await expect
            .poll(async () => (await lectures.findOne({ _id: id } as never))?.flants?.state, { timeout: 30_000 })
            .toBe('published');
        }
        const shown = await stage.run('show', compound);
        expect(shown.code, shown.stderr).toBe(0);
        expect(shown.stdout).toContain(compound);

        await lectures.deleteOne({ _id: 'lecture-4' });
        tap.open();
        await up.says('could not write back that lecture-4 is published');
      } finally {
        tap.open();
      }
    });
  });

  it('takes a class that is listed when it begins, tells that it is live, and publishes it when it has ended', async () => {
    await open([], async ({ stage, api, lectures, start }) => {
      const up = start();
      const recording = startRecording(stage.origin, 'class', 1000);
      await lectures.insertOne(lecture(stage, 0, { hls: { master: stage.origin.url + recording.path } }));
      await untilTold(lectures, 'lecture-0', ({ state }) => state === 'live');
      if (full) await sleep(minute);
      // One that ends before its first segment has no media.
      await expect.poll(() => recording.objects.has('/class/low-0.ts'), { timeout: 5 * second }).toBe(true);
      recording.end();
      const endedAt = performance.now();
      await untilTold(lectures, 'lecture-0', ({ state }) => state === 'published');
      console.log(`told as published ${((performance.now() - endedAt) / second).toFixed(2)} s after its end`);
      for (const [path, body] of recording.objects)
        expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
      expect(idsIn('published', await api.videos())).toEqual(['lecture-0']);
      up.kill('SIGTERM');
      expect((await up.ended).code).toBe(0);
    });
  });

  it('puts what was recorded just now before the backlog', async () => {
    const library = { videos: 9, filesPerVideo: 30, fileBytes: 1_000, seed: 'fresh' };
    const fresh = 8;
    const isBacklog = (path: string): boolean => path.endsWith('.ts') && !path.startsWith(folderOf(fresh));
    const tap = createTap(20, isBacklog);
    await open([library, { rule: tap.rule }], async ({ stage, api, lectures, start }) => {
      try {
        const old = { begin: new Date('2020-01-01T00:00:00Z') };
        await lectures.insertMany(Array.from({ length: fresh }, (_, number) => lecture(stage, number, old)));
        start();
        await api.until((videos) => idsIn('copying', videos).length === fresh);
        await tap.stands(4);
        await lectures.insertOne(lecture(stage, fresh, { begin: new Date() }));
        await api.until((videos) => videos.some(({ id, files }) => id === `lecture-${fresh}` && files.total > 0));
        tap.open();
        await api.until((videos) => idsIn('published', videos).length === library.videos);
      } finally {
        tap.open();
      }
      const playlists = stage.puts().filter((key) => key.endsWith('.m3u8'));
      const place = playlists.indexOf(syntheticPlaylist(fresh).slice(1));
      // A few of the backlog were in work by then.
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThan(fresh / 2);
    });
  });
});

function folderOf(number: number): string {
  return syntheticPlaylist(number).replace('index.m3u8', '');
}

async function untilTold(
  lectures: Collection<Lecture>,
  id: string,
  isSo: (told: NonNullable<Lecture['flants']>) => boolean,
): Promise<void> {
  await expect
    .poll(async () => (await lectures.findOne({ _id: id }))?.flants, { timeout: 30_000 })
    .toSatisfy((told: Lecture['flants']) => told !== undefined && isSo(told));
}
