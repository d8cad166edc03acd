import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { MongoClient } from 'mongodb';
import { startMongo } from '../test/servers/mongo.ts';
import { startRedis } from '../test/servers/redis.ts';
import { makeLibrary } from './library.ts';
import type { Installed } from './installed.ts';
import { onStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { tell } from './results.ts';

const kiB = 1024;
const backlog = { files: 100_000, fileBytes: 4 * kiB, filesOfVideo: 200 };
const freshVideo = { files: 60, fileBytes: 256 * kiB, filesOfVideo: 60 };
/** The backlog is in full swing when so many of its files have arrived. */
const startAfter = 5_000;
const goalMs = 2_000;

/** How long a video that was just recorded takes from the catalogue to players, while 100,000 files of backlog wait. */
export async function fresh(installed: Installed): Promise<void> {
  const { idleMs, busyMs } = await onStage(backlog, (stage) => play(stage, installed));
  const beyond = busyMs - idleMs;
  console.log(`a fresh video of ${freshVideo.files} files of 256 KiB, from insert to playable`);
  console.log(`  with nothing else to do: ${(idleMs / 1000).toFixed(2)} s`);
  console.log(`  with ${backlog.files} files of backlog: ${(busyMs / 1000).toFixed(2)} s`);
  tell({ bench: 'fresh', idleMs, busyMs, ok: busyMs < idleMs + goalMs, beyondMs: beyond });
}

async function play(stage: Stage, installed: Installed): Promise<{ idleMs: number; busyMs: number }> {
  const { store, library } = stage;
  const [redis, mongo] = await Promise.all([startRedis({ appendonly: true }), startMongo()]);
  const client = await MongoClient.connect(mongo.url);
  const videos = client.db('catalogue').collection('videos');
  const origin = stage.originUrl;
  // Videos of their own, beside the backlog's.
  for (const name of ['warm-up', 'first', 'second']) {
    await makeLibrary(join(library.folder, name), freshVideo);
  }
  const insert = (name: string): Promise<unknown> =>
    videos.insertOne({
      _id: name as never,
      playlistUrl: `${origin}/${name}/video-0000/index.m3u8`,
      recordedAt: new Date(),
    });
  const objects = join(store.folder, 'fresh');
  const env = {
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    FLANTS_REDIS: redis.url,
    FLANTS_JOURNAL: `s3://${store.bucket}/fresh-journal`,
    FLANTS_ENDPOINT: store.endpoint,
    FLANTS_REGION: store.region,
    FLANTS_CATALOGUE: mongo.url,
    FLANTS_MONGO_DATABASE: 'catalogue',
  };
  const { file, args } = installed.command([
    'up',
    `s3://${store.bucket}/fresh`,
    '--listen',
    '127.0.0.1:0',
    '--log-level',
    'error',
  ]);
  const up = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => up.once('close', resolve));
  try {
    // A library without a video has no rules for its keys yet, and nobody is ready.
    await insert('warm-up');
    await new Promise((resolve) => up.stdout.once('data', resolve));
    while (!existsSync(join(objects, 'warm-up/video-0000/index.m3u8'))) await sleep(100);
    const timed = async (name: string): Promise<number> => {
      const startedAt = performance.now();
      await insert(name);
      while (!existsSync(join(objects, name, 'video-0000/index.m3u8'))) await sleep(10);
      return performance.now() - startedAt;
    };
    const idleMs = await timed('first');
    const day = 24 * 60 * 60_000;
    await videos.insertMany(
      library.playlists.map((path) => ({
        _id: path.split('/', 1)[0] as never,
        playlistUrl: `${origin}/${path}`,
        recordedAt: new Date(Date.now() - 400 * day),
      })),
    );
    const known = join(store.folder, 'fresh-journal', 'submissions');
    while ((await countFiles(known)) < library.playlists.length) await sleep(200);
    while ((await countFiles(objects)) < startAfter) await sleep(200);
    const busyMs = await timed('second');
    const arrived = await countFiles(objects);
    if (arrived > backlog.files) throw new Error('the backlog was over before the fresh video came');
    return { idleMs, busyMs };
  } finally {
    up.kill('SIGTERM');
    await ended;
    await client.close();
    await Promise.all([redis.stop(), mongo.stop()]);
    for (const name of ['fresh', 'fresh-journal']) await rm(join(store.folder, name), { recursive: true, force: true });
  }
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
