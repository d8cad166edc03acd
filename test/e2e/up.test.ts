import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { contentsOf } from './contents.ts';
import { runFlants, startFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { expectRefused, saidBy, secret } from './refusal.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe.skipIf(!hasRedis)('flants up', patient, () => {
  let stage: Stage;
  let redis: RedisServer;
  let env: Readonly<Record<string, string>>;
  /** The token that all of the origin wants, if it wants one. */
  let token: string | undefined;
  beforeAll(async () => {
    stage = await openStage({
      destination: 'folder',
      library: { videos: 2, filesPerVideo: 3, fileBytes: 1000, seed: 'up' },
      rule: ({ path }) =>
        token === undefined || path.endsWith(`?token=${token}`) ? undefined : { kind: 'status', status: 403 },
    });
    redis = await startRedis({ appendonly: true, tcp: { password: secret } });
    env = {
      FLANTS_REDIS: redis.url,
      FLANTS_JOURNAL: join(stage.scratch, 'journal'),
      FLANTS_TOKEN: `${secret}-token`,
      HOME: stage.scratch,
    };
  });
  afterAll(async () => {
    await redis?.stop();
    await stage?.close();
  });

  const flants = (verb: string, ...words: readonly string[]): Promise<FlantsResult> =>
    runFlants([verb, stage.destination, ...words], { env });

  it('moves a library, is steered meanwhile, and ends in order', async () => {
    const catalogue = join(stage.scratch, 'videos.json');
    await writeFile(catalogue, JSON.stringify([{ id: 'v0', playlistUrl: stage.origin.url + syntheticPlaylist(0) }]));
    const up = startFlants(['up', catalogue, stage.destination, '--transfers', '0', '--listen', '127.0.0.1:0'], {
      env,
    });
    await up.says('flants is up: 1 scanner, 1 crawler, 1 transfer, 1 aggregator; it answers at http://127.0.0.1:');
    await untilPublished('v0');

    expect(JSON.parse((await flants('status', '--json')).stdout)).toMatchObject({
      totals: { videos: { published: 1 } },
    });
    const submitted = await flants('submit', stage.origin.url + syntheticPlaylist(1), '--id', 'v1', '--json');
    expect(JSON.parse(submitted.stdout)).toMatchObject({ video: 'v1' });
    await untilPublished('v1');
    const unknown = await flants('pause', 'nobody');
    expectRefused(unknown, 'video.unknown', 'nobody');

    for (const child of await childrenOf(up.pid)) expect(await commandLineOf(child)).not.toContain(secret);
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    saidBy(ended);
    for (const line of ended.stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('role');
  });

  it('copies what a catalogue names with a token, and looks there for a new one', async () => {
    token = 's3cr3t-of-the-first-hour';
    const playlist = mediaPlaylist([0, 1, 2].map((number) => `${syntheticSegment(number)}?token=${token}`));
    stage.origin.put('/tokens/index.m3u8', Buffer.from(playlist));
    for (const number of [0, 1, 2])
      stage.origin.put(`/tokens/${syntheticSegment(number)}`, Buffer.from(`media ${number}`));
    const catalogue = join(stage.scratch, 'tokens.csv');
    const write = (): Promise<void> =>
      writeFile(catalogue, `id,url\ntokens,${stage.origin.url}/tokens/index.m3u8?token=${token}\n`);
    await write();
    const scanned = ['--scan-every', '1s', '--delta-every', '1s'];
    const up = startFlants(
      ['up', catalogue, stage.destination, '--transfers', '1', '--listen', '127.0.0.1:0', ...scanned],
      { env },
    );
    try {
      await up.during(untilPublished('tokens'));
      token = 's3cr3t-of-the-second-hour';
      await write();
      const before = stage.origin.requests.length;
      const asksWithNewToken = (): boolean =>
        stage.origin.requests.slice(before).some(({ path }) => path === `/tokens/index.m3u8?token=${token}`);
      await up.during(until(asksWithNewToken));
      await up.during(untilPublished('tokens'));
    } finally {
      token = undefined;
      up.kill('SIGTERM');
    }
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    const kept = await contentsOf(join(stage.scratch, 'journal'));
    expect(kept.filter(({ bytes }) => bytes.includes('s3cr3t'))).toEqual([]);
  });

  it('copies with as many files as its processes may open, and says what limits it', async () => {
    const catalogue = join(stage.scratch, 'videos.json');
    await writeFile(catalogue, JSON.stringify([{ id: 'v2', playlistUrl: stage.origin.url + syntheticPlaylist(0) }]));
    const workers = ['--transfers', '1', '--threads', '32', '--listen', '127.0.0.1:0'];
    const up = startFlants(['up', catalogue, stage.destination, ...workers], { env, openFiles: 96 });
    await up.says('ulimit -n');
    await untilPublished('v2');
    up.kill('SIGTERM');
    expect(await up.ended).toMatchObject({ code: 0 });
  });

  it('says what is wrong with Redis, and ends', async () => {
    const forgetful = await startRedis();
    try {
      const crawler = await runFlants(['crawler', stage.destination], { env: { ...env, FLANTS_REDIS: forgetful.url } });
      expect(crawler.code).toBe(1);
      expect(JSON.parse(crawler.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
        level: 'error',
        role: 'crawler',
        code: 'usage',
        message: expect.stringContaining('CONFIG SET appendonly yes') as string,
      });
    } finally {
      await forgetful.stop();
    }
  });

  it('keeps what a role has compiled for its next start, also when it is killed', async () => {
    const compiled = join(stage.scratch, 'compiled');
    const aggregator = startFlants(['aggregator', stage.destination, '--listen', '127.0.0.1:0'], {
      env: { ...env, NODE_COMPILE_CACHE: compiled },
    });
    const untilKept = async (): Promise<void> => {
      const isKept = async (): Promise<boolean> => (await filesBelow(compiled)).length > 0;
      while (!(await isKept())) await sleep(100);
    };
    await aggregator.says('"ready"');
    await aggregator.during(untilKept());
    aggregator.kill('SIGKILL');
    expect(await aggregator.ended).toMatchObject({ signal: 'SIGKILL' });
  });

  async function untilPublished(video: string): Promise<void> {
    for (;;) {
      const { stdout } = await flants('videos', '--in-state', 'published', '--json');
      if (stdout.includes(`"id":"${video}"`)) return;
      await sleep(200);
    }
  }
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(50);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function childrenOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter((each) => each.trim() !== '');
}

function commandLineOf(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
