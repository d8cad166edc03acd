import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { syntheticCatalogue } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';
import { hasVersitygw } from '../servers/versitygw.ts';

const library = { videos: 2, filesPerVideo: 3, fileBytes: 1000, seed: 'config' };

describe('the config file', patient, () => {
  let stage: Stage;
  let cwd: string;
  let number = 0;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', library });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    cwd = join(stage.scratch, `here-${number++}`);
    await mkdir(cwd);
    await writeFile(join(cwd, 'videos.ndjson'), syntheticCatalogue(library, stage.origin.url));
  });
  const flants = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<FlantsResult> =>
    runFlants(words, { cwd, env: { HOME: cwd, ...env } });
  const write = (...lines: readonly string[]): Promise<void> =>
    writeFile(join(cwd, 'flants.yaml'), `${lines.join('\n')}\n`);

  it('is written for a catalogue on standard input, which is read to see whether it is one', async () => {
    const init = async (input: string): Promise<FlantsResult> =>
      runFlants(['init', '-', 'out', '--yes'], { cwd, env: { HOME: cwd }, input });
    expect((await init('')).stderr).toContain(
      'the source cannot be used:\nflants: standard input is empty: it holds no catalogue [catalogue.unreadable]\n',
    );
    const catalogue = syntheticCatalogue(library, stage.origin.url);
    expect((await init(catalogue)).stdout).toContain(`source: 2 videos, the first at ${stage.origin.url}/`);
    const copied = await runFlants(['copy', '--no-progress'], { cwd, env: { HOME: cwd }, input: catalogue });
    expect(copied.stdout).toContain('2 videos: 2 published\n');
  });

  it('is written from flags, checked, shown and used, and then needs no words', async () => {
    const written = await flants(['init', 'videos.ndjson', 'out', '--bwlimit', '20M', '--concurrency', '8', '--yes']);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(written.stdout).toBe(
      [
        `source: 2 videos, the first at ${stage.origin.url}/video-000/index.m3u8`,
        `destination: ${join(cwd, 'out')}, empty yet`,
        'flants.yaml is written; next:',
        '  flants copy --dry-run   # what would be copied',
        '  flants copy',
        '',
      ].join('\n'),
    );
    const text = await readFile(join(cwd, 'flants.yaml'), 'utf8');
    expect(text).toContain('\nsources:\n  - videos.ndjson\ndestination: out\n');
    expect(text).toMatch(/\n# Maximum number of files in flight.*\nconcurrency: 8\n/);
    expect(text).toMatch(/\nbwlimit: "20M"\n/);
    expect(text).toMatch(/\n# profile: media {2}# /);
    expect(await flants(['config', 'check'])).toMatchObject({
      code: 0,
      stdout: 'flants.yaml: 2 options, nothing wrong for flants copy\n  next: flants copy --dry-run\n',
    });
    expect((await flants(['copy', '--dry-run'])).stdout).toContain('2 videos: 2 to copy\n');
    expect((await flants(['copy', '--no-progress'])).stdout).toContain('2 videos: 2 published\n');
    expect((await flants(['status'])).stdout).toContain('2 videos: 2 published\n');
    expect((await flants(['status', 'video-001'])).stdout).toContain('1 video: 1 published\n');
    expect((await flants(['init', 'videos.ndjson', 'out', '--yes'])).stderr).toContain('flants.yaml is there already');
  });

  it('shows each value with where it comes from, and no secret', async () => {
    await write(
      'sources: videos.ndjson',
      'destination: s3://media/vod',
      'concurrency: 8',
      'existing: skip',
      'header:',
      '  - "Authorization: Bearer hunter2secret"',
    );
    const env = { FLANTS_BWLIMIT: '20M', FLANTS_TOKEN: 'hunter2secret' };
    const { code, stdout } = await flants(['config', 'show', '--existing', 'overwrite'], env);
    expect(code).toBe(0);
    expect(stdout).not.toContain('hunter2secret');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(['Config file: flants.yaml']);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['sources', 'videos.ndjson', 'flants.yaml:1'],
        ['destination', 's3://media/vod', 'flants.yaml:2'],
        ['concurrency', '8', 'flants.yaml:3'],
        ['existing', 'overwrite', '--existing'],
        ['bwlimit', '20M', 'FLANTS_BWLIMIT'],
        ['token', '********', 'FLANTS_TOKEN'],
        ['header', '********', 'flants.yaml:5'],
        ['patience', '2m', 'default'],
      ]),
    );
    const { values } = JSON.parse((await flants(['config', 'show', '--json'], env)).stdout) as {
      values: readonly object[];
    };
    expect(values).toContainEqual({
      name: 'concurrency',
      value: '8',
      from: { kind: 'file', path: 'flants.yaml', line: 3 },
    });
  });

  it('shows the region of the AWS profile', async () => {
    await writeFile(join(cwd, 'aws'), '[profile school]\nregion = eu-north-1\n');
    const { stdout } = await flants(['config', 'show', 'copy', '--profile', 'school'], {
      AWS_CONFIG_FILE: join(cwd, 'aws'),
    });
    expect(stdout).toMatch(/^region +eu-north-1 +AWS configuration$/m);
  });

  it('is refused with every fault, its line and what was meant', async () => {
    await write(
      'sources: [videos.ndjson]',
      'destination: out',
      'concurency: 8',
      'threads: lots',
      'existing: skp',
      'dry-run: 1',
    );
    const checked = await flants(['config', 'check']);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toBe(
      [
        'flants.yaml:3: names the unknown option "concurency" (did you mean "concurrency"?)',
        'flants.yaml:4: "threads" is "lots": expected a whole number from 1 to 256',
        'flants.yaml:5: "existing" is "skp": expected one of verify, skip, overwrite (did you mean skip?)',
        'flants.yaml:6: names the unknown option "dry-run" (did you mean "dryRun"?)',
        '4 faults in flants.yaml',
        '',
      ].join('\n'),
    );
    expect(await flants(['copy'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(
        'flants.yaml:3 names the unknown option "concurency" (did you mean "concurrency"?)',
      ),
    });
  });

  it('is refused for what contradicts itself, and warned of for secrets that others can read', async () => {
    await write(
      'sources: videos.ndjson',
      'destination: out',
      'journal: ./private',
      'lease: 20s',
      'token: hunter2secret',
    );
    await chmod(join(cwd, 'flants.yaml'), 0o644);
    const { code, stdout } = await flants(['config', 'check']);
    expect(code).toBe(1);
    expect(stdout).toContain('flants.yaml: --lease is shorter than twice --reconcile-every');
    expect(stdout).toContain('flants.yaml:5: warning: "token" is a secret, and others may read the file: chmod 600');
    expect(stdout).not.toContain('hunter2secret');
  });

  it.each([
    [['config', 'chek'], 'config takes check or show, not "chek" (did you mean check?)'],
    [['config', 'show', 'coppy'], '"coppy" is no verb (did you mean copy?)'],
    [['config', 'show', '--concurency', '3'], "unknown option '--concurency' (did you mean --concurrency?)"],
    [['config', 'check', '--config', 'none.yaml'], 'which does not exist'],
    [['init', '--yes'], 'init --yes needs a source and a destination'],
    [['init'], 'init asks on a terminal, and this is none'],
    [
      ['init', 'videos.ndjson', 'out', '--yes', '--token', 'hunter2secret'],
      '--token is a secret, which init does not write: set FLANTS_TOKEN, or --token-file FILE',
    ],
    [
      ['init', 'http://me:hunter2secret@cdn.example/a.m3u8', 'out', '--yes'],
      'holds a secret, which init does not write',
    ],
    [['init', 'videos.ndjson', 'out', '--yes', '--threads', 'x'], '--threads is "x": expected a whole number'],
  ])('refuses %j', async (words, text) => {
    const { code, stdout, stderr } = await flants(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('hunter2secret');
    await expect(readFile(join(cwd, 'flants.yaml'))).rejects.toThrow('ENOENT');
  });

  it('is not written for what cannot be reached, unless that is forced', async () => {
    const words = ['init', `${stage.origin.url}/none.m3u8`, 'out', '--yes'];
    const refused = await flants(words);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^the source cannot be used:\nflants: .* \[source\.not-found\]\nflants\.yaml was not written/,
    );
    await expect(readFile(join(cwd, 'flants.yaml'))).rejects.toThrow('ENOENT');
    expect((await flants([...words, '--force'])).code).toBe(0);
    expect(await readFile(join(cwd, 'flants.yaml'), 'utf8')).toContain('/none.m3u8');
  });

  it('is written from answers on a terminal', async () => {
    const said = await answered(cwd, [
      ['Where is the list of videos', 'videos.ndjson'],
      ['Where do they go?', 'out'],
      ['How many bytes a second', 'fast'],
      ['expected bytes per second', '\u007f\u007f\u007f\u007f5M'],
    ]);
    expect(said).toContain('flants.yaml is written');
    const text = await readFile(join(cwd, 'flants.yaml'), 'utf8');
    expect(text).toContain('\nsources:\n  - videos.ndjson\ndestination: out\n');
    expect(text).toContain('\nbwlimit: "5M"\n');
  });

  it('is not written when somebody gives up', async () => {
    expect(await answered(cwd, [['Where is the list of videos', '\u0003']])).toContain('nothing was written');
    await expect(readFile(join(cwd, 'flants.yaml'))).rejects.toThrow('ENOENT');
  });

  describe.skipIf(!hasVersitygw)('for a bucket', () => {
    it('is written when the bucket is there, and refused when it is not', async () => {
      const bucket = await openStage({ destination: 'versitygw', library });
      try {
        const init = (destination: string): Promise<FlantsResult> =>
          flants(
            ['init', 'videos.ndjson', destination, '--endpoint', bucket.env['FLANTS_ENDPOINT'] ?? '', '--yes'],
            bucket.env,
          );
        const none = await init('s3://no-such-bucket/vod');
        expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('[store.no-bucket]') });
        expect(await init(bucket.destination)).toMatchObject({ code: 0 });
        expect((await flants(['copy', '--no-progress'], bucket.env)).stdout).toContain('2 videos: 2 published\n');
      } finally {
        await bucket.close();
      }
    });
  });
});

/** Runs `flants init` at a terminal, and types each answer when its question is there. */
async function answered(
  cwd: string,
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<string> {
  // A terminal of no size shows nothing.
  const command = `stty cols 100 rows 40; ${process.execPath} ${inject('command')} init`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd,
    env: { ...process.env, HOME: cwd, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  let said = '';
  let seen = 0;
  const left = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    const [next] = left;
    const at = next ? said.indexOf(next[0], seen) : -1;
    if (!next || at < 0) return;
    seen = said.length;
    left.shift();
    child.stdin.write(next[1] === '\u0003' ? next[1] : `${next[1]}\r`);
  });
  await new Promise((done) => child.once('close', done));
  return said;
}
