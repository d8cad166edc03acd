import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { patient } from './stage.ts';

const page = await readFile(join(projectFolder, 'docs', 'operations.md'), 'utf8');

/** Text of the block of `docs/operations.md` that a test has this name for. */
function block(name: string): string {
  const blocks = [...page.matchAll(/^ *```sh\n *# tested: (\S+)\n([\s\S]*?)^ *```$/gm)];
  const [, , text] = blocks.find(([, each]) => each === name) ?? [];
  if (text === undefined) throw new Error(`docs/operations.md has no tested block ${name}`);
  return text;
}

describe.skipIf(!hasRedis || !hasVersitygw)('commands of docs/operations.md', patient, () => {
  let folder: string;
  let origin: Origin;
  let store: Versitygw;
  let redis: RedisServer;
  let port: number;
  const keys = ['index.m3u8', 'master.m3u8', 'seg-0.ts', 'seg-1.ts'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-operations-'));
    [origin, store, redis, port] = await Promise.all([
      startOrigin(),
      startVersitygw(),
      startRedis({ appendonly: true, tcp: {} }),
      freePort(),
    ]);
    for (const bucket of ['media', 'media-private']) await mkdir(join(dirname(store.folder), bucket));
    for (const name of ['seg-0.ts', 'seg-1.ts']) origin.put(`/class/42/${name}`, Buffer.alloc(1880, 'G'));
    origin.put('/class/42/index.m3u8', Buffer.from(mediaPlaylist(['seg-0.ts', 'seg-1.ts'])));
    origin.put('/class/42/master.m3u8', Buffer.from('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nindex.m3u8\n'));
    const row = { id: 'class-42', playlistUrl: `${origin.url}/class/42/master.m3u8` };
    await writeFile(join(folder, 'videos.ndjson'), `${JSON.stringify(row)}\n`);
    // Deployments are made from a clone, and copies from where `flants` is installed.
    await cp(join(projectFolder, 'deploy'), join(folder, 'deploy'), { recursive: true });
    await mkdir(join(folder, 'bin'));
    const command = join(folder, 'bin', 'flants');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${inject('command')}' "$@"\n`);
    await chmod(command, 0o755);
  });

  afterAll(async () => {
    await Promise.all([origin.stop(), store.stop(), redis.stop()]);
    await rm(folder, { recursive: true });
  });

  /** Runs a block as it stands, up to the first command that fails; only addresses and the region are those of this test. */
  async function run(name: string): Promise<string> {
    const here = {
      'redis://127.0.0.1:6379': redis.url,
      '127.0.0.1:4010': `127.0.0.1:${port}`,
      'eu-central-1': store.region,
    };
    let text = block(name);
    for (const [written, meant] of Object.entries(here)) text = text.replaceAll(written, meant);
    const child = spawn('bash', ['-e', '-c', text], {
      cwd: folder,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        HOME: folder,
        AWS_ACCESS_KEY_ID: store.accessKeyId,
        AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
        FLANTS_ENDPOINT: store.endpoint,
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        FLANTS_THREADS: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, said).toBe(0);
    return said;
  }

  const copied = (): Promise<readonly string[]> => readdir(join(dirname(store.folder), 'media', 'vod', 'class', '42'));

  it('copy from a laptop, and send nothing twice', async () => {
    const said = await run('laptop');
    expect((await copied()).toSorted()).toEqual(keys);
    expect(said).toContain('This run: nothing to copy');
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as { readonly totals: unknown };
    expect(report.totals).toMatchObject({ files: { total: 2, done: 2 } });
    expect((await readFile(join(folder, 'files.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('go on as a cluster of one machine', async () => {
    const said = await run('machine');
    expect(said).toContain('class-42');
    const metrics = await readFile(join(folder, 'metrics.txt'), 'utf8');
    const named = page.match(/flants_[a-z_]+(?=[{`])/g) ?? [];
    expect(named).not.toEqual([]);
    for (const name of named) expect(metrics).toContain(`# TYPE ${name} `);
  });

  it('make secrets of a Swarm, each of its own, that only their owner may read', async () => {
    await run('secrets');
    const secrets = join(folder, 'secrets');
    const [url, users, token] = await Promise.all(
      ['redis_url', 'redis_users', 'api_token'].map((name) => readFile(join(secrets, name), 'utf8')),
    );
    const password = /^redis:\/\/flants:([0-9a-f]{48})@redis:6379\n$/.exec(url ?? '')?.[1];
    expect(users).toContain(`user flants on >${password} `);
    expect(token).toMatch(/^[0-9a-f]{48}$/);
    expect(token).not.toBe(password);
  });

  it('give Redis the rights of docs/cluster.md', async () => {
    const [, rights] =
      /ACL SETUSER mover on >PASSWORD (.*)/.exec(await readFile(join(projectFolder, 'docs/cluster.md'), 'utf8')) ?? [];
    expect(rights).toBeDefined();
    expect(await readFile(join(projectFolder, 'deploy/make-secrets.sh'), 'utf8')).toContain(rights);
  });
});
