import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis } from '../test/servers/redis.ts';
import { inMiB, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { measure } from './measure.ts';
import type { Cost } from './measure.ts';
import { onStage, runFlants } from './stage.ts';
import type { Stage } from './stage.ts';
import { tell } from './results.ts';

const kiB = 1024;
const spec = { files: 100_000, fileBytes: kiB, filesOfVideo: 200 };

/** 500 videos of 200 small files, by a cluster on this machine and by the embedded engine: the same work, the same servers. */
export async function cluster(installed: Installed): Promise<void> {
  const costs = await onStage(spec, async (stage) => ({
    embedded: await runFlants(stage, installed, 'embedded'),
    cluster: await runCluster(stage, installed, 'cluster'),
  }));
  console.log(`${spec.files} files of ${spec.fileBytes / kiB} KiB in ${spec.files / spec.filesOfVideo} videos`);
  console.log(
    `${tableOf([
      ['', 'seconds', 'files/s', 'CPU ms/file', 'peak memory', 'time ÷ embedded', 'CPU ÷ embedded'],
      ...Object.entries(costs).map(([name, cost]) => rowOf(name, cost, costs.embedded)),
    ])}\n`,
  );
  tell({ bench: 'cluster', ...spec, ...costs });
}

function rowOf(name: string, { seconds, cpuSeconds, peakBytes }: Cost, beside: Cost): string[] {
  return [
    name,
    seconds.toFixed(1),
    Math.round(spec.files / seconds).toString(),
    ((1000 * cpuSeconds) / spec.files).toFixed(2),
    inMiB(peakBytes),
    (seconds / beside.seconds).toFixed(2),
    (cpuSeconds / beside.cpuSeconds).toFixed(2),
  ];
}

/** From the start of `flants up` until the last playlist stands; then the report must add up. */
async function runCluster(stage: Stage, installed: Installed, prefix: string): Promise<Cost> {
  const { store, cataloguePath, library } = stage;
  const redis = await startRedis({ appendonly: true });
  const env = {
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    FLANTS_REDIS: redis.url,
    FLANTS_JOURNAL: `s3://${store.bucket}/${prefix}-journal`,
    FLANTS_ENDPOINT: store.endpoint,
    FLANTS_REGION: store.region,
  };
  const destination = `s3://${store.bucket}/${prefix}`;
  const playlists = library.playlists.map((path) => join(store.folder, prefix, path));
  let standing = 0;
  const isReached = async (): Promise<boolean> => {
    while (standing < playlists.length && existsSync(playlists[standing] ?? '')) standing += 1;
    return standing === playlists.length;
  };
  try {
    const up = installed.command(
      ['up', cataloguePath, destination, '--listen', '127.0.0.1:0', '--log-level', 'error'],
      env,
    );
    const cost = await stage.run(prefix, up, { isReached, lookEveryMs: 100 });
    await assertAddsUp(installed, destination, env);
    return cost;
  } finally {
    await redis.stop();
    await rm(join(store.folder, `${prefix}-journal`), { recursive: true, force: true });
  }
}

/** @throws when `status` does not find every video published and every file done */
async function assertAddsUp(
  installed: Installed,
  destination: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const videos = spec.files / spec.filesOfVideo;
  const { stdout } = await measure(installed.command(['status', destination, '--json'], env));
  const { totals } = JSON.parse(stdout) as {
    totals: { videos: { published: number }; files: { total: number; done: number } };
  };
  const { published } = totals.videos;
  const { total, done } = totals.files;
  if (published === videos && total === spec.files && done === total) return;
  throw new Error(`the report does not add up: ${JSON.stringify(totals)}`);
}
