import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy } from '../servers/counting-proxy.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

/** Objects of the source's bucket. `https` stands for another origin. */
const objects = (https: string): Readonly<Record<string, string>> => ({
  'old/1/main.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8\n',
  'old/1/low/index.m3u8': mediaPlaylist(['a.ts', 'with%20space.ts', 's3://library/old/shared.ts', `${https}/far.ts`]),
  'old/1/low/a.ts': 'a',
  'old/1/low/with space.ts': 'with space',
  'old/shared.ts': 'shared',
  'old/2 & 100%/main.m3u8': mediaPlaylist(['a.ts']),
  'old/2 & 100%/a.ts': 'two',
  'old/3/main.m3u8': mediaPlaylist(['a.ts', 'lost.ts']),
  'old/3/a.ts': 'three',
  'old/greedy/main.m3u8': mediaPlaylist(['s3://private/secret.ts']),
});

describe.skipIf(!hasVersitygw)('videos in a private bucket', patient, () => {
  let source: Versitygw;
  let proxy: CountingProxy;
  let stage: Stage;
  let put: (key: string, body: string) => Promise<void>;

  beforeAll(async () => {
    source = await startVersitygw();
    proxy = await startCountingProxy(source.endpoint);
  });
  afterAll(async () => {
    await proxy.stop();
    await source.stop();
  });
  beforeEach(async () => {
    stage = await openStage({ destination: 'folder', files: { '/far.ts': 'far' } });
    const store = openS3At(source, '');
    put = async (key, body) => {
      const bytes = Buffer.from(body);
      const options = {
        contentType: 'binary/octet-stream',
        cacheControl: 'no-store',
        signal: AbortSignal.timeout(10_000),
      };
      await store.put(key, bytes, crc32Hex(bytes), options);
    };
    for (const [key, body] of Object.entries(objects(stage.origin.url))) await put(key, body);
    proxy.clear();
    return async () => {
      await store.close();
      await stage.close();
    };
  });

  const run = (...args: readonly string[]) =>
    runFlants(args, {
      env: {
        HOME: stage.scratch,
        AWS_ACCESS_KEY_ID: source.accessKeyId,
        AWS_SECRET_ACCESS_KEY: source.secretAccessKey,
        FLANTS_SOURCE_ENDPOINT: proxy.endpoint,
      },
    });
  const copy = (name: string, ...flags: readonly string[]) =>
    run('copy', name, stage.destination, '--state', stage.stateDir, '--no-progress', ...flags);
  const text = async (key: string) => (await stage.object(key))?.toString();

  it('are copied to keys like those of the bucket, with what they name elsewhere beside them', async () => {
    const copied = await copy('s3://library/old/1/main.m3u8', '--allow-host', '127.0.0.1');
    expect(copied).toMatchObject({ code: 0 });
    expect(await text('old/1/low/a.ts')).toBe('a');
    expect(await text('old/1/low/with space.ts')).toBe('with space');
    expect(await text('old/shared.ts')).toBe('shared');
    const far = `_hosts/${new URL(stage.origin.url).host.replace(':', '~')}/far.ts`;
    expect(await text(far)).toBe('far');
    expect(await text('old/1/low/index.m3u8')).toContain(`\n../../shared.ts\n`);
    expect(await text('old/1/low/index.m3u8')).toContain(`\n../../../${far.replace('~', '%7E')}\n`.replace('%7E', '~'));
  });

  it('are found by discover, as the error says of a prefix that is named as a playlist', async () => {
    for (const name of ['s3://library/old', 's3://library/old/2 & 100%']) {
      const { code, stdout } = await copy(name);
      expect(code).toBe(1);
      expect(stdout).toContain(
        `${name} is no playlist but a prefix; flants discover ${name} finds the videos below it`,
      );
    }
    const { stdout } = await copy('s3://library/ol');
    expect(stdout).toContain('s3://library/ol is not there (status 404) [source.not-found]');
  });

  it('are not read again while they are what they were, and partly where they are not', async () => {
    expect(await copy('s3://library/old/1/main.m3u8', '--allow-host', '127.0.0.1')).toMatchObject({ code: 0 });
    proxy.clear();
    expect(await copy('s3://library/old/1/main.m3u8', '--allow-host', '127.0.0.1')).toMatchObject({ code: 0 });
    expect(proxy.requests.map(({ path, status }) => `${status} ${path}`).toSorted()).toEqual([
      '304 /library/old/1/low/index.m3u8',
      '304 /library/old/1/main.m3u8',
    ]);
    await put('old/1/low/a.ts', 'another');
    const rechecked = await copy('s3://library/old/1/main.m3u8', '--recheck', '--allow-host', '127.0.0.1');
    expect(rechecked).toMatchObject({ code: 0 });
    expect(await text('old/1/low/a.ts')).toBe('another');
    const asked = proxy.requests
      .filter(({ path }) => path.endsWith('.ts'))
      .map(({ path, status }) => `${status} ${path}`);
    expect(asked.toSorted()).toEqual([
      '200 /library/old/1/low/a.ts',
      '304 /library/old/1/low/with space.ts',
      '304 /library/old/shared.ts',
    ]);
  });

  it('are found, and stand in a catalogue as AWS writes them', async () => {
    const out = join(stage.scratch, 'videos.ndjson');
    const found = await run('discover', 's3://library/old', '--out', out, '--endpoint', source.endpoint);
    expect(found).toMatchObject({ code: 0 });
    const rows = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { playlistUrl: string });
    expect(rows.map(({ playlistUrl }) => playlistUrl)).toEqual([
      's3://library/old/1/main.m3u8',
      's3://library/old/2 & 100%/main.m3u8',
      's3://library/old/3/main.m3u8',
      's3://library/old/greedy/main.m3u8',
    ]);
    await writeFile(
      out,
      rows
        .slice(1, 2)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const planned = await run('plan', out);
    expect(planned).toMatchObject({ code: 0 });
    expect(await copy(out)).toMatchObject({ code: 0 });
    expect(await text('old/2 & 100%/a.ts')).toBe('two');
    expect(await run('verify', out, stage.destination)).toMatchObject({ code: 0 });
  });

  it('name no objects of other buckets, unless that is allowed', async () => {
    const refused = await copy('s3://library/old/greedy/main.m3u8');
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain('--allow-host private');
    expect(proxy.requests.some(({ path }) => path.startsWith('/private'))).toBe(false);
  });

  it('are asked for changes when a failure is accepted, by the options of the copy', async () => {
    const copied = await copy('s3://library/old/3/main.m3u8');
    expect(copied.code).toBe(2);
    await put('old/3/main.m3u8', mediaPlaylist(['a.ts', 'b.ts', 'lost.ts']));
    const { videos } = JSON.parse((await stage.run('report')).stdout) as LibraryReport;
    const bare = await runFlants(
      ['accept', videos[0]?.id ?? '', 'old/3/lost.ts', '--reason', 'lost', '--state', stage.stateDir],
      {
        env: {
          HOME: stage.scratch,
          AWS_ACCESS_KEY_ID: source.accessKeyId,
          AWS_SECRET_ACCESS_KEY: source.secretAccessKey,
        },
      },
    );
    expect(bare).toMatchObject({ code: 0 });
    expect(bare.stdout).toContain('its source has changed: run the same copy again');
    expect(await text('old/3/main.m3u8')).toBeUndefined();
  });

  it('do not begin without credentials, and doctor says what is missing', async () => {
    const bare = { HOME: stage.scratch, FLANTS_SOURCE_ENDPOINT: proxy.endpoint, AWS_EC2_METADATA_DISABLED: 'true' };
    const words = ['copy', 's3://library/old/1/main.m3u8', stage.destination, '--state', stage.stateDir];
    const stopped = await runFlants(words, { env: bare });
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('--source-profile');
    expect(stopped.stderr).not.toContain('--header-file');
    const wrong = { ...bare, AWS_ACCESS_KEY_ID: source.accessKeyId, AWS_SECRET_ACCESS_KEY: 'wrong' };
    const looked = await runFlants(['doctor', 's3://library/old/1/main.m3u8', stage.destination], { env: wrong });
    expect(looked.code).toBe(1);
    expect(looked.stdout).toContain('the secret access key does not belong to the access key');
    expect(looked.stdout).not.toContain('--header');
    expect(await run('doctor', 's3://library/old/1/main.m3u8', stage.destination)).toMatchObject({ code: 0 });
  });
});
