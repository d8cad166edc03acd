import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { childOf } from './processes.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

/** A row of the catalogue, as its API gives it. */
interface Row {
  readonly id: string;
  readonly playlistUrl: string;
}

const segments = ['0.ts', '1.ts', '2.ts'];
/** A segment. A text would be taken for a message, as the store says that it is one. */
const mediaOf = (bucket: string, id: string, name: string): string => `\0${bucket} ${id} ${name}`;

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster over videos in buckets that an API lists', patient, () => {
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants | undefined;
  let rows: Row[];

  beforeEach(async () => {
    rows = [];
    stage = await openClusterStage(undefined, {
      rule: ({ path }) =>
        path === '/videos'
          ? { kind: 'answer', headers: { 'content-type': 'application/json' }, body: JSON.stringify(rows) }
          : undefined,
    });
    api = await clusterApi();
  });
  afterEach(async () => {
    up?.kill('SIGKILL');
    await up?.ended;
    await stage.close();
  });

  /** Puts an object into a bucket, which is made where there is none. */
  const put = async (bucket: string, key: string, body: string): Promise<void> => {
    const path = join(dirname(dirname(stage.objects)), bucket, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  };
  /** Puts a video into a bucket, and names it in the catalogue. */
  const add = async (bucket: string, id: string): Promise<void> => {
    for (const name of segments) await put(bucket, `class/${id}/${name}`, mediaOf(bucket, id, name));
    await put(bucket, `class/${id}/index.m3u8`, mediaPlaylist(segments));
    rows.push({ id, playlistUrl: `s3://${bucket}/class/${id}/index.m3u8` });
  };
  const start = (): RunningFlants => {
    const catalogue = ['--catalogue-url', `${stage.origin.url}/videos`, '--scan-every', '1s'];
    const source = { FLANTS_SOURCE_ENDPOINT: stage.server.endpoint };
    return startFlants(['up', stage.destination, ...catalogue, ...quickly, '--transfers', '1', ...api.flags], {
      env: { ...stage.env, ...source },
    });
  };
  const published = (...ids: readonly string[]): Promise<unknown> =>
    api.until((videos) => idsIn('published', videos).join() === ids.toSorted().join());
  const text = async (key: string): Promise<string | undefined> => (await stage.object(key))?.toString();

  it('publishes them, finds what is listed later, and goes on after its processes were killed', async () => {
    await add('old-media', 'first');
    up = start();
    await published('first');
    expect(await text('class/first/0.ts')).toBe(mediaOf('old-media', 'first', '0.ts'));

    await add('old-media', 'later');
    await published('first', 'later');

    const children = await Promise.all(
      (['transfer', 'coordinator'] as const).map((verb) => childOf(up?.pid ?? 0, verb)),
    );
    const begun = new Promise<void>((resolve) => {
      stage.onRequest(({ path }) => path.includes('/class/last/') && resolve());
    });
    await add('old-media', 'last');
    await begun;
    for (const child of children) process.kill(child, 'SIGKILL');
    await published('first', 'last', 'later');
    for (const id of ['first', 'later', 'last']) {
      expect(await text(`class/${id}/index.m3u8`)).toBe(mediaPlaylist(segments));
      for (const name of segments) expect(await text(`class/${id}/${name}`)).toBe(mediaOf('old-media', id, name));
    }
  });

  it('reads each from the bucket that its row names, and nothing else from there', async () => {
    // The bucket of the video that is crawled first is the root of all names.
    await add('old-media', 'first');
    up = start();
    await published('first');
    await put('private', 'secret.ts', 'secret');
    await put('old-media', 'class/greedy/index.m3u8', mediaPlaylist(['s3://private/secret.ts']));
    rows.push({ id: 'greedy', playlistUrl: 's3://old-media/class/greedy/index.m3u8' });
    await add('new-media', 'second');
    await api.until(
      (videos) => idsIn('published', videos).length === 2 && idsIn('incomplete', videos).join() === 'greedy',
    );
    expect(await text('_hosts/s3~new-media/class/second/0.ts')).toBe(mediaOf('new-media', 'second', '0.ts'));
    const shown = await stage.run('show', 'greedy');
    expect(shown.stdout).toContain('--allow-host private');
    const submitted = await stage.run('submit', 's3://private/secret.m3u8', '--id', 'submitted');
    expect(submitted.code, submitted.stderr).toBe(0);
    await api.until((videos) => idsIn('invalid', videos).includes('submitted'));
    expect((await stage.run('show', 'submitted')).stdout).toContain('--allow-host private');
  });
});
