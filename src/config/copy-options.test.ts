import { mkdtempSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCopyOptions } from './copy-options.ts';
import type { CopyOptions } from './copy-options.ts';
import { completeInput } from './input/command-input.ts';
import { readEnvironment } from './input/environment.ts';
import type { Flags } from './input/merge.ts';
import { stateDirOf } from './values/state-dir.ts';

let cwd = '';
const remote = 'https://cdn.example/a/master.m3u8';

beforeAll(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'flants-options-')));
  mkdirSync(join(cwd, 'videos/a'), { recursive: true });
  mkdirSync(join(cwd, 'videos/b'));
  for (const name of ['videos/a/master.m3u8', 'videos/b/master.m3u8', 'videos.json', 'plain.txt'])
    writeFileSync(join(cwd, name), '');
  writeFileSync(join(cwd, 'headers.txt'), '# secret\nCookie: a=b\n');
  writeFileSync(join(cwd, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
  writeFileSync(
    join(cwd, 'config.json'),
    JSON.stringify({ $schema: 'x', concurrency: 3, endpoint: 'http://minio.example:9000', checksums: true }),
  );
  writeFileSync(join(cwd, 'typo.json'), JSON.stringify({ concurency: 3 }));
  writeFileSync(join(cwd, 'broken.json'), '{"a":');
  writeFileSync(join(cwd, 'list.json'), '[]');
  symlinkSync(join(cwd, 'videos'), join(cwd, 'link'));
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function load(
  words: readonly string[],
  flags: Flags = {},
  variables: Record<string, string> = {},
): Promise<CopyOptions> {
  const typed = { words, flags, cwd, environment: readEnvironment({ HOME: cwd, ...variables }) };
  return await loadCopyOptions(await completeInput('copy', typed));
}

describe('options of a copy', () => {
  it('are whole and frozen', async () => {
    const options = await load([remote, 's3://media/vod']);
    expect(options).toMatchObject({
      sources: [{ kind: 'playlist', url: remote }],
      destination: { kind: 's3', bucket: 'media', prefix: 'vod' },
      headers: [],
      sourceTimeoutMs: 30_000,
      patienceMs: 120_000,
      ids: [],
      json: false,
    });
    expect(options.threads).toBeGreaterThan(0);
    expect(options.stateDir).toBe(stateDirOf(options.destination, undefined, { HOME: cwd }));
    expect(Object.isFrozen(options) && Object.isFrozen(options.sources) && Object.isFrozen(options.headers)).toBe(true);
    expect(Object.values(options)).not.toContain(undefined);
  });

  it('have units, absolute paths, and the contents of small files', async () => {
    const options = await load(['videos/a/master.m3u8', 'videos.json', 'out'], {
      bwlimit: '2M',
      root: 'videos',
      report: 'report.json',
      state: 'state',
      ca: 'ca.pem',
      headerFile: 'headers.txt',
      header: ['X-Key: 1'],
      tokenParams: ['Ticket,sid'],
    });
    expect(options).toMatchObject({
      limits: { bandwidth: [{ fromMinute: 0, perSecond: 2 * 1024 * 1024 }] },
      rootUrl: `${pathToFileURL(join(cwd, 'videos')).href}/`,
      reportPath: join(cwd, 'report.json'),
      stateDir: join(cwd, 'state'),
      headers: [
        { name: 'cookie', value: 'a=b' },
        { name: 'x-key', value: '1' },
      ],
    });
    expect(options.ca).toContain('BEGIN CERTIFICATE');
    expect(options.tokenParameters).toEqual(['ticket', 'sid']);
  });

  it('come from a config file, too, which flags or environment name', async () => {
    expect(await load([remote, 's3://media/vod'], { config: 'config.json' })).toMatchObject({
      concurrency: 3,
      endpoint: 'http://minio.example:9000',
    });
    expect(
      await load([remote, 's3://media/vod'], { concurrency: '4' }, { FLANTS_CONFIG: 'config.json' }),
    ).toMatchObject({ concurrency: 4 });
  });

  it('keep the state of each endpoint apart', async () => {
    const [here, there] = [
      await load([remote, 's3://media/vod']),
      await load([remote, 's3://media/vod'], { endpoint: 'http://minio.example' }),
    ];
    expect(here.stateDir).not.toBe(there.stateDir);
  });
});

describe('a copy is refused', () => {
  const one = [remote, 's3://media/vod'];
  it.each<[string, readonly string[], Flags, RegExp]>([
    ['without words', [], {}, /needs a source and a destination: flants copy SOURCE DESTINATION, or flants init/],
    ['without a destination', [remote], {}, /only "https:.*" was given/],
    [
      'of a file that is not there',
      ['nope.m3u8', 's3://media/vod'],
      {},
      /the source is nope\.m3u8, which does not exist$/,
    ],
    [
      'of what was meant as a URL',
      ['cdn.example/a.m3u8', 's3://media/vod'],
      {},
      /does not exist; a URL begins with https:\/\/$/,
    ],
    ['with a pattern that is none', [remote, 's3://media/vod'], { sessionPattern: ['('] }, /is no regular expression/],
    [
      'with a pattern that leaves no name',
      [remote, 's3://media/vod'],
      { sessionPattern: ['.*'] },
      /takes whole paths out/,
    ],
    ['of a folder', ['videos', 's3://media/vod'], {}, /is a folder: name a playlist or a catalogue in it/],
    ['to a file', [remote, 'plain.txt'], {}, /is a file: expected/],
    ['of a folder into itself', ['videos/a/master.m3u8', 'videos/a'], {}, /is the folder of the source/],
    ['of a folder into itself by a link', ['videos/a/master.m3u8', 'link/a'], {}, /is the folder of the source/],
    [
      'of two folders into the one that holds both',
      ['videos/a/master.m3u8', 'videos/b/master.m3u8', 'videos'],
      {},
      /is the folder of the source/,
    ],
    ['of a root into itself', ['videos/a/master.m3u8', 'videos'], { root: 'videos' }, /is the folder of the source/],
    ['of what is outside the root', ['plain.txt', 'out'], { root: 'videos' }, /is not below --root/],
    ['with a root that is not there', one, { root: 'nope' }, /--root names .*nope, which does not exist/],
    ['with a root that is a file', one, { root: 'plain.txt' }, /which is not a folder/],
    ['with the state inside the destination', [remote, 'out'], { state: 'out/state' }, /is inside the destination/],
    ['with a report where there is no folder', one, { report: 'nope/report.json' }, /there is no folder/],
    ['with a report to standard output', one, { report: '-' }, /^--report is -: expected the path of a file$/],
    ['with a report that is a folder', one, { report: 'videos' }, /which is a folder/],
    [
      'with a header file that is not there',
      one,
      { headerFile: 'nope' },
      /--header-file names .*nope, which does not exist/,
    ],
    ['with a header that is none', one, { header: ['nope'] }, /--header is not a header/],
    ['with a certificate file that holds none', one, { ca: 'plain.txt' }, /holds no certificate/],
    ['with a user in the endpoint', one, { endpoint: 'https://me:secret@minio.example' }, /--endpoint holds a user/],
    ['with a query in the endpoint', one, { endpoint: 'https://minio.example?x=1' }, /--endpoint holds a query/],
    [
      'with a config file that is not there',
      one,
      { config: 'nope.json' },
      /--config names .*nope\.json, which does not exist/,
    ],
    ['with a config file that is broken', one, { config: 'broken.json' }, /is neither YAML nor JSON/],
    ['with a config file that is no map', one, { config: 'list.json' }, /is no map of options to values/],
    [
      'with a typo in the config file',
      one,
      { config: 'typo.json' },
      /unknown option "concurency" \(did you mean "concurrency"\?\)/,
    ],
  ])('%s', async (_, words, flags, message) => {
    await expect(load(words, flags)).rejects.toThrow(message);
    await expect(load(words, flags)).rejects.toMatchObject({ code: 'usage' });
  });

  it('but two folders may go into one of them', async () => {
    await expect(load(['videos/a/master.m3u8', 'videos/b/master.m3u8', 'videos/a'])).resolves.toBeDefined();
  });
});
