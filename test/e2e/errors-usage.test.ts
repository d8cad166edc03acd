import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { expectRefused, secret } from './refusal.ts';

describe('a command line that cannot be meant', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-usage-'));
    await writeFile(join(folder, 'index.m3u8'), mediaPlaylist(['a.ts']));
    await writeFile(join(folder, 'a.ts'), 'media');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const flants = (...args: readonly string[]): Promise<FlantsResult> =>
    runFlants(args, { cwd: folder, env: { HOME: folder } });

  it.each([
    ['an option that is mistyped', ['copy', 'index.m3u8', 'out', '--concurency', '3'], 'did you mean --concurrency?'],
    ['a verb that is mistyped', ['copi', 'index.m3u8', 'out'], 'did you mean copy?'],
    ['a value that is mistyped', ['copy', 'index.m3u8', 'out', '--existing', 'overwrit'], 'did you mean overwrite?'],
    [
      'a number that is none',
      ['copy', 'index.m3u8', 'out', '--concurrency', 'lots'],
      'expected a whole number from 1 to 4096',
    ],
    [
      "the page's address without its equals sign",
      ['copy', 'index.m3u8', 'out', '--dashboard', '127.0.0.1:4010'],
      'write --dashboard=127.0.0.1:4010',
    ],
    [
      'a budget that each run would spend on the same files',
      ['copy', 'index.m3u8', 'out', '--budget', '1G', '--recheck', '--existing', 'overwrite'],
      'leave out --recheck',
    ],
    ['a source alone', ['copy', 'index.m3u8'], 'only "index.m3u8" was given'],
    ['a source that is not a URL', ['copy', 'http://exa mple/a.m3u8', 'out'], 'is not a valid URL'],
    ['a source of another scheme', ['copy', 'rtmp://cdn.example/a', 'out'], 'expected an http(s) or s3 URL or a path'],
    ['a URL without its scheme', ['copy', 'cdn.example/a.m3u8', 'out'], 'a URL begins with https://'],
    ['a host without a playlist', ['copy', 'http://nowhere.invalid/', 'out'], 'names a host and no playlist on it'],
    [
      'source and destination exchanged',
      ['copy', 'out', 'http://cdn.example/a.m3u8'],
      'expected s3://bucket/prefix or a folder, last of all',
    ],
    ['a destination that is the source', ['copy', 'index.m3u8', '.'], 'is the folder of the source'],
    ['a destination that is a file', ['copy', 'index.m3u8', 'a.ts'], 'is a file: expected'],
    [
      'a header without a name',
      ['copy', 'http://cdn.example/a.m3u8', 'out', '--header', secret],
      'expected "Name: value"',
    ],
    ['AWS without a region', ['copy', 'index.m3u8', 's3://bucket/vod'], 'name it with --region or AWS_REGION'],
    ['standard input for a verb that reads none', ['doctor', '-', 'out'], 'which only copy, plan and init read'],
    [
      'a catalogue to be written by a name that no copy would read it by',
      ['discover', 's3://bucket/vod', '--region', 'eu-central-1', '--out', 'videos.csv'],
      'from a name that ends in .ndjson',
    ],
    ['a cluster without a journal', ['crawler', 's3://bucket/vod'], 'a cluster needs --journal'],
    [
      'claims that run out while they wait',
      ['crawler', 'out', '--journal', 'private', '--lease', '20s'],
      '--lease is shorter than twice --reconcile-every',
    ],
    [
      'functions that are to write to a folder',
      ['up', 'index.m3u8', 'out', '--journal', 'private', '--executor', 'lambda', '--function', 'flants'],
      'they need an s3:// destination',
    ],
    ['a scanner without a source', ['scanner', 'out', '--journal', 'private'], 'needs a source before the destination'],
    [
      'a journal that would be published',
      ['aggregator', 's3://bucket/vod', '--journal', 's3://bucket/vod/journal'],
      'lie one in the other',
    ],
    [
      'a Redis that is none',
      ['transfer', 'out', '--journal', 'private', '--redis', `http://${secret}@redis.example`],
      '--redis is not usable: expected redis://',
    ],
    [
      'a catalogue in the place of the destination',
      ['up', `mongodb://me:${secret}@a.example,b.example/media`],
      'begins with mongodb://',
    ],
    ['a MongoDB catalogue for a copy', ['copy', `mongodb://me:${secret}@a.example/media`, 'out'], 'for flants up'],
    ['a rule that is none', ['scanner', 'index.m3u8', 'out', '--journal', 'private', '--rule', 'state ='], 'state ='],
    [
      'a state and a cluster',
      ['status', '--state', 'out', '--redis', 'redis://redis.example'],
      'leave out one of them',
    ],
    ['a video that is not named', ['pause', 's3://bucket/vod', '--journal', 'private'], 'needs the ids of the videos'],
    ['a state where nothing was begun', ['status', 'out'], 'nothing was copied to'],
  ])('refuses %s', async (_, args, text) => {
    const refused = await flants(...args);
    expectRefused(refused, 'usage', text);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/\n {2}see: flants (?:\w+ )?--help\n$/);
  });

  it('copies to a folder below that of the source, which is somewhere else', async () => {
    expect((await flants('copy', 'index.m3u8', 'out', '--state', 'state', '--no-progress')).code).toBe(0);
  });
});
