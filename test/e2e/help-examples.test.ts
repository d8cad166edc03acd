import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { verbNames, verbs } from '../../src/config/registry/verbs.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';

/** How an example ends, and what it says on both streams. */
interface Shape {
  readonly code: number;
  readonly says: RegExp;
}

const shape = (says: RegExp, code = 0): Shape => ({ code, says });
const sums =
  /^2 videos: 1 published, 1 incomplete\n6 files: 5 there \(.*\), 1 failed\n {2}class-42 +incomplete +66% {2}2 of 3, 1 failed/m;

/** One story over one bucket: a segment of class-42 is lost at first, and is there again after `healed`. */
const lost: Readonly<Record<string, Shape>> = {
  'flants init': shape(
    /init asks on a terminal, and this is none: give source and destination, and --yes \[usage\]/,
    1,
  ),
  'flants init videos.json s3://media/vod --profile media --bwlimit 20M --yes': shape(
    /^source: 2 videos, the first at .*\ndestination: s3:\/\/media\/vod, empty yet\nflants\.yaml is written; next:\n {2}flants copy --dry-run/,
  ),
  'flants config check': shape(
    /^flants\.yaml: 2 options, nothing wrong for flants copy\n {2}next: flants copy --dry-run\n$/,
  ),
  'flants config show': shape(
    /^Config file: flants\.yaml\nsources +videos\.json +flants\.yaml:\d+\n[^]*^bwlimit +20M +flants\.yaml:\d+$/m,
  ),
  'flants config show status --profile media': shape(/^profile +media +--profile$/m),
  'flants copy videos.json s3://media/vod --dry-run': shape(
    /^Dry run: [^\n]*\n2 videos: 2 to copy\n6 files: 0 there, 6 to copy\n/,
  ),
  'flants copy videos.ndjson s3://media/vod --bwlimit 20M --concurrency 16': shape(
    /class-43: published[^]*2 videos: 1 published, 1 incomplete\n[^]*flants accept s3:\/\/media\/vod [^]*class\/42\/seg-0107\.ts --reason TEXT/,
    2,
  ),
  'flants status s3://media/vod': shape(sums, 2),
  'flants status s3://media/vod --all': shape(sums, 2),
  'flants status s3://media/vod class-42': shape(/^1 video: 1 incomplete\n3 files: 2 there/, 2),
  'flants report s3://media/vod > report.json': shape(/^$/),
  'flants report s3://media/vod --format ndjson --output files.ndjson': shape(/^$/),
  'flants report s3://media/vod --html report.html --csv videos.csv': shape(
    /^written: .*report\.html\nwritten: .*videos\.csv\n$/,
  ),
  'flants replay s3://media/vod --out replay.html': shape(/replay\.html/),
  'flants retry s3://media/vod': shape(/1 file/),
  'flants copy videos.json s3://media/vod --dashboard': shape(/the dashboard is at http:\/\/[^]*1 incomplete/, 2),
  'flants accept s3://media/vod class-42 class/42/seg-0107.ts --reason "lost at the origin"': shape(
    /^class-42 is published without class\/42\/seg-0107\.ts\n$/,
  ),
  'flants retry s3://media/vod --failed-by source.not-found': shape(/file/),
};

const healed: Readonly<Record<string, Shape>> = {
  'flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod': shape(
    /1 video: 1 published\n3 files: 3 there/,
  ),
  'flants copy videos.json s3://media/vod --endpoint https://minio.example:9000': shape(/2 videos: 2 published/),
  'flants copy videos.csv s3://media/vod --sample 20': shape(/2 videos: 2 published/),
  'psql -c "copy (select id, url from videos) to stdout csv header" | flants copy - s3://media/vod':
    shape(/2 videos: 2 published/),
  "flants copy videos.csv s3://media/vod --since 7d --exclude '*trailer*'": shape(/1 video: 1 published/),
  'flants copy videos.ndjson s3://media/vod --budget 50G': shape(/2 videos: 2 published/),
  'flants copy videos.ndjson s3://media/vod --bwlimit "08:00,10M 23:00,off" --source-tpslimit 50':
    shape(/2 videos: 2 published/),
  'flants plan videos.ndjson': shape(/^Plan of a copy: nothing was written\.\nVideos +2: 2 to copy\nFiles +6: /),
  'flants plan videos.ndjson s3://media/vod': shape(
    /^Plan of a copy to s3:\/\/media\/vod: nothing was written\.\nVideos +2: /,
  ),
  'flants plan videos.ndjson s3://media/vod --sample-videos 300 --cost --lambda 500 --egress-price 0.09': shape(/\$/),
  'flants doctor https://cdn.example/class/42/master.m3u8 s3://media/vod': shape(/clock|bucket|node/i, 3),
  'flants doctor s3://media/vod --config flants.json': shape(/clock|bucket|node/i, 3),
  'flants verify s3://media/vod/class/42/master.m3u8': shape(/: whole\n/),
  'flants verify s3://media/vod/class/42/master.m3u8 --checksums --state DIR': shape(/: whole\n/),
  'flants verify s3://media/vod': shape(/: 2 of 2 whole\n/),
  'flants verify s3://media/vod --peek': shape(/: 2 of 2 whole\n/),
  'flants verify videos.json s3://media/vod': shape(/: 2 of 2 whole\n/),
  'flants verify https://cdn.example/class/42/master.m3u8': shape(/^As players and caches get it:\n/m, 3),
  'flants health --listen 127.0.0.1:4010': shape(/^flants health: .*\n$/, 1),
  'source <(flants completion bash)': shape(/^$/),
  'source <(flants completion zsh)': shape(/^$/),
  'flants completion fish > ~/.config/fish/completions/flants.fish': shape(/^$/),
  'flants completion powershell | Out-String | Invoke-Expression': shape(/^# PowerShell completion for flants/),
};

/** Examples that want the package, a cluster, functions, a CDN, or another bucket. Tests of those run the same verbs. */
const elsewhere: Readonly<Record<string, RegExp>> = {
  'test/e2e/package.test.ts': /^flants lambda bundle/,
  'test/e2e/doctor.test.ts': /^flants doctor/,
  'test/e2e/lambda.test.ts': /--executor lambda/,
  'test/e2e/invalidate.test.ts': /--invalidate/,
  'test/e2e/discover.test.ts': /^flants discover/,
  'test/e2e/bucket-source.test.ts': /--source-endpoint/,
  'test/e2e/api-catalogue.test.ts': /--catalogue-url/,
  'test/cluster/control.test.ts, laptop-to-cluster.test.ts, mongo.test.ts': /--journal |--redis |mongodb:/,
};

describe.skipIf(!hasVersitygw)('each example of --help', { timeout: 120_000 }, () => {
  let folder: string;
  let origin: Origin;
  let server: Versitygw;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-examples-'));
    origin = await startOrigin({ files: libraryFiles() });
    server = await startVersitygw();
    await mkdir(join(dirname(server.folder), 'media'));
    const rows = ['42', '43'].map((id) => ({ id: `class-${id}`, url: `${origin.url}/class/${id}/master.m3u8` }));
    await writeFile(join(folder, 'videos.json'), JSON.stringify(rows));
    await writeFile(join(folder, 'videos.ndjson'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const lines = ['id,url,recordedAt', ...rows.map(({ id, url }) => `${id},${url},`)];
    lines[1] = `${lines[1]}${new Date().toISOString()}`;
    const table = `${lines.join('\n')}\n`;
    await writeFile(join(folder, 'table.csv'), table);
    await writeFile(join(folder, 'flants.json'), '{}');
    const { accessKeyId, secretAccessKey } = server;
    const profile = `[media]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    await writeFile(join(folder, 'credentials'), profile);
    await mkdir(join(folder, '.config/fish/completions'), { recursive: true });
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin/flants'), `#!/bin/sh\nexec '${process.execPath}' '${inject('command')}' "$@"\n`);
    await chmod(join(folder, 'bin/flants'), 0o755);
    // Stands in for a client of a database: the table is all that it has.
    await writeFile(join(folder, 'bin/psql'), `#!/bin/sh\ncat '${join(folder, 'table.csv')}'\n`);
    await chmod(join(folder, 'bin/psql'), 0o755);
  });
  afterAll(async () => {
    await origin.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /**
   * Runs a line as a person does, with names of this place in place of those of the example: in a shell, where it holds
   * anything that is the shell's.
   */
  const run = async (example: string): Promise<{ readonly code: number | null; readonly said: string }> => {
    const states = join(folder, '.local/state/flants');
    const [state = ''] = await readdir(states).catch(() => []);
    const command = example
      .replace('https://cdn.example', origin.url)
      .replace('https://minio.example:9000', server.endpoint)
      .replace(':4010', ':1')
      .replace('copy videos.csv', 'copy table.csv')
      .replace('--state DIR', `--state ${join(states, state)}`)
      .replace(' | Out-String | Invoke-Expression', '')
      .replace(/^(source .* zsh\))$/, 'zsh -f -c "autoload -Uz compinit; compinit -u -D; $1"');
    const env = {
      PATH: [join(folder, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
      HOME: folder,
      FLANTS_ENDPOINT: server.endpoint,
      FLANTS_THREADS: '1',
      FLANTS_DASHBOARD_LINGER: '0',
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const [, words] = /^flants ([\w ./:-]+)$/.exec(command) ?? [];
    if (words !== undefined) {
      const { code, stdout, stderr } = await runFlants(words.split(' '), { cwd: folder, env });
      return { code, said: stderr + stdout };
    }
    return new Promise((done) => {
      const options = { cwd: folder, env: { ...env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] } };
      execFile('bash', ['-c', `exec 2>&1; ${command}`], options, (error, stdout) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout }),
      );
    });
  };

  it('is run by a test', () => {
    const examples = verbNames.flatMap((name) => verbs[name].examples.map(([, command]) => command));
    const here = new Set([...Object.keys(lost), ...Object.keys(healed)]);
    const notHere = examples.filter((command) => !here.has(command));
    expect(notHere.filter((command) => !Object.values(elsewhere).some((pattern) => pattern.test(command)))).toEqual([]);
    expect([...here].filter((command) => !(examples as readonly string[]).includes(command))).toEqual([]);
  });

  it.each(Object.entries(lost))('%s', async (example, { code, says }) => {
    origin.behave('/class/42/seg-0107.ts', { kind: 'status', status: 404 });
    const ran = await run(example);
    expect(ran.said).toMatch(says);
    expect(ran.code).toBe(code);
  });

  it.each(Object.entries(healed))('%s', async (example, { code, says }) => {
    origin.heal('/class/42/seg-0107.ts');
    const ran = await run(example);
    expect(ran.said).toMatch(says);
    expect(ran.code).toBe(code);
  });
});

function libraryFiles(): Readonly<Record<string, string>> {
  const segments = ['seg-0106.ts', 'seg-0107.ts', 'seg-0108.ts'];
  const files = ['42', '43'].flatMap((id) => [
    [`/class/${id}/master.m3u8`, mediaPlaylist(segments)],
    ...segments.map((segment) => [`/class/${id}/${segment}`, `media of ${id}, ${segment}`]),
  ]);
  return Object.fromEntries(files) as Record<string, string>;
}
