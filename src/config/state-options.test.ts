import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandInput } from './input/command-input.ts';
import { readEnvironment } from './input/environment.ts';
import { parseDestination } from './values/location.ts';
import type { Flags } from './input/merge.ts';
import { stateDirOf } from './values/state-dir.ts';
import { loadAcceptOptions, loadReportOptions, loadRetryOptions, loadStatusOptions } from './state-options.ts';
import { loadVerifyOptions } from './verify-options.ts';

let home = '';
let stateDir = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'flants-state-options-'));
  stateDir = stateDirOf(parseDestination('s3://media/vod', home), undefined, { HOME: home });
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(join(home, 'master.m3u8'), '');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function input(words: readonly string[], flags: Flags = {}, variables: Record<string, string> = {}): CommandInput {
  return { words, flags, cwd: home, environment: readEnvironment({ HOME: home, ...variables }) };
}

describe('a verb about a state', () => {
  it('finds it by the destination, as copy does', async () => {
    expect(await loadStatusOptions(input(['s3://media/vod', 'a', 'b']))).toMatchObject({
      place: { kind: 'embedded', stateDir, destination: { name: 's3://media/vod' } },
      videos: ['a', 'b'],
    });
  });

  it('finds it by --state, and then every word is a video', async () => {
    const options = await loadStatusOptions(input(['a', 'b'], { state: stateDir }));
    expect(options).toMatchObject({ place: { stateDir }, videos: ['a', 'b'] });
    expect(options.place).not.toHaveProperty('destination');
  });

  it('takes --state from the environment, too', async () => {
    expect(await loadStatusOptions(input(['a'], {}, { FLANTS_STATE: stateDir }))).toMatchObject({
      place: { stateDir },
      videos: ['a'],
    });
  });

  it.each<[string, readonly string[], Flags, RegExp]>([
    ['neither destination nor state', [], {}, /name the destination first/],
    ['both', ['s3://media/vod'], { state: '.' }, /is named already/],
    [
      'a destination that was never copied to',
      ['s3://media/other'],
      {},
      /nothing was copied to s3:\/\/media\/other from here/,
    ],
    [
      'another endpoint',
      ['s3://media/vod'],
      { endpoint: 'http://minio.example' },
      /through http:\/\/minio\.example from here/,
    ],
    [
      'the folder of a state as the destination, whatever the endpoint',
      ['./state'],
      { endpoint: 'http://minio.example' },
      /nothing was copied to \S*\/state from here: .* a state is named with --state/,
    ],
    ['a state that is not there', [], { state: 'nope' }, /there is no state in .*nope/],
  ])('refuses %s', async (_, words, flags, message) => {
    await expect(loadStatusOptions(input(words, flags))).rejects.toThrow(message);
  });
});

describe('a verb about a cluster', () => {
  const journal = 's3://media-private/journal';
  const redis = 'redis://user:hush@redis.example:6379/2';

  it('finds it by the journal, and looks for Redis on this machine', async () => {
    const options = await loadStatusOptions(input(['s3://media/other', 'a'], { journal }));
    expect(options).toMatchObject({
      place: {
        kind: 'cluster',
        destination: { name: 's3://media/other' },
        journal: { bucket: 'media-private', prefix: 'journal' },
        redis: { url: 'redis://127.0.0.1:6379', prefix: 'flants' },
      },
      videos: ['a'],
    });
    expect(Object.isFrozen(options.place)).toBe(true);
  });

  it('finds it by the environment, unless --state is typed', async () => {
    const variables = { FLANTS_REDIS: redis, FLANTS_JOURNAL: journal, FLANTS_REDIS_PREFIX: 'lectures' };
    expect(await loadRetryOptions(input(['s3://media/vod'], {}, variables))).toMatchObject({
      place: { kind: 'cluster', redis: { url: redis, prefix: 'lectures' } },
    });
    expect(await loadRetryOptions(input([], { state: stateDir }, variables))).toMatchObject({
      place: { kind: 'embedded', stateDir },
    });
  });

  it.each<[string, readonly string[], Flags, RegExp]>([
    ['a Redis without a journal', ['s3://media/vod'], { redis }, /needs --journal/],
    ['no destination', [], { journal }, /name the destination first/],
    ['a state besides', [], { journal, state: '.' }, /leave out one of them/],
    ['a journal inside', ['s3://media/vod'], { journal: 's3://media/vod/journal' }, /lie one in the other/],
  ])('refuses %s', async (_, words, flags, message) => {
    await expect(loadStatusOptions(input(words, flags))).rejects.toThrow(message);
  });
});

describe('retry', () => {
  it('takes a code of a failure, and suggests the one that was meant', async () => {
    expect(await loadRetryOptions(input(['s3://media/vod'], { failedBy: 'source.not-found' }))).toMatchObject({
      failedBy: 'source.not-found',
      videos: [],
    });
    await expect(loadRetryOptions(input(['s3://media/vod'], { failedBy: 'source.notfound' }))).rejects.toThrow(
      'did you mean source.not-found?',
    );
  });
});

describe('accept', () => {
  it('takes a video, a file and a reason', async () => {
    const options = await loadAcceptOptions(input(['s3://media/vod', 'class-42', 'a/seg.ts'], { reason: 'lost' }));
    expect(options).toMatchObject({ place: { stateDir }, video: 'class-42', file: 'a/seg.ts', reason: 'lost' });
  });

  it.each<[string, readonly string[], Flags, RegExp]>([
    ['no file', ['s3://media/vod', 'class-42'], { reason: 'lost' }, /needs a video and the key/],
    ['two files', ['s3://media/vod', 'class-42', 'a', 'b'], { reason: 'lost' }, /"b" is too much/],
    ['no reason', ['s3://media/vod', 'class-42', 'a'], {}, /needs --reason/],
    ['an empty reason', ['s3://media/vod', 'class-42', 'a'], { reason: ' ' }, /--reason is/],
  ])('refuses %s', async (_, words, flags, message) => {
    await expect(loadAcceptOptions(input(words, flags))).rejects.toThrow(message);
  });
});

describe('report', () => {
  it('writes one document, or a line for each file', async () => {
    expect(await loadReportOptions(input(['s3://media/vod']))).toMatchObject({ files: false, videos: [] });
    expect(
      await loadReportOptions(input(['s3://media/vod', 'a', 'b'], { format: 'ndjson', output: 'x.ndjson' })),
    ).toMatchObject({
      files: true,
      videos: ['a', 'b'],
      outputPath: join(home, 'x.ndjson'),
    });
  });
});

describe('verify', () => {
  it('takes a playlist at the destination', async () => {
    expect(
      await loadVerifyOptions(input(['s3://media/vod/a.m3u8'], { checksums: true, state: stateDir })),
    ).toMatchObject({
      kind: 'playlist',
      options: { target: { kind: 's3', bucket: 'media', key: 'vod/a.m3u8' }, checksums: true, stateDir },
    });
    expect(await loadVerifyOptions(input(['master.m3u8']))).toMatchObject({
      options: { target: { kind: 'file', path: join(home, 'master.m3u8') } },
    });
  });

  it.each([
    ['s3://media', { kind: 's3', bucket: 'media', prefix: '' }],
    ['s3://media/vod', { kind: 's3', prefix: 'vod' }],
    ['s3://media/vod.old/', { kind: 's3', prefix: 'vod.old' }],
    ['.', { kind: 'folder' }],
  ])('takes %s for a prefix', async (word, destination) => {
    expect(await loadVerifyOptions(input([word]))).toMatchObject({ kind: 'library', options: { destination } });
  });

  it('says which word may be a playlist, though it is written as a prefix', async () => {
    const asPlaylist = async (...words: readonly string[]): Promise<unknown> => {
      const task = await loadVerifyOptions(input(words));
      return task.kind === 'library' ? task.asPlaylist?.target : task;
    };
    const name = 'manifest(format=m3u8-aapl)';
    expect(await asPlaylist(`s3://media/a.b/${name}`)).toMatchObject({ kind: 's3', key: `a.b/${name}` });
    for (const words of [
      ['s3://media'],
      ['s3://media/'],
      ['s3://media/vod/'],
      ['.'],
      ['videos.json', 's3://media/vod'],
    ])
      expect(await asPlaylist(...words)).toBeUndefined();
  });

  it('takes a catalogue before the destination', async () => {
    expect(await loadVerifyOptions(input(['videos.json', 's3://media/vod']))).toMatchObject({
      kind: 'library',
      options: { catalogue: { kind: 'catalogue', path: join(home, 'videos.json') }, destination: { prefix: 'vod' } },
    });
  });

  it.each<[readonly string[], RegExp]>([
    [[], /needs the playlist/],
    [['a.m3u8', 's3://media/vod'], /takes one playlist/],
    [['a.json', 's3://media/vod', 'b'], /"b" is too much/],
    [['nope.m3u8'], /nope\.m3u8, which does not exist/],
    [['videos.json'], /videos\.json is a catalogue: name the destination of its videos after it/],
  ])('refuses %j', async (words, message) => {
    await expect(loadVerifyOptions(input(words))).rejects.toThrow(message);
  });

  it('compares with a journal, which goes before a state that was not typed', async () => {
    const journal = 's3://media-private/journal';
    const options = { journal: { kind: 's3', bucket: 'media-private', prefix: 'journal' } };
    for (const words of [['s3://media/vod'], ['s3://media/vod/a.m3u8'], ['master.m3u8']])
      expect(await loadVerifyOptions(input(words, { checksums: true, journal }))).toMatchObject({ options });
    const environment = { FLANTS_JOURNAL: journal, FLANTS_STATE: stateDir };
    expect(await loadVerifyOptions(input(['s3://media/vod'], {}, environment))).toMatchObject({ options });
    const typed = await loadVerifyOptions(input(['s3://media/vod'], { state: stateDir }, environment));
    expect(typed.options).toMatchObject({ stateDir });
    expect(typed.options).not.toHaveProperty('journal');
    await expect(loadVerifyOptions(input(['s3://media/vod'], { journal, state: stateDir }))).rejects.toThrow(
      'leave out one of them',
    );
    await expect(loadVerifyOptions(input(['s3://media/vod'], { journal: 'minio:journal' }))).rejects.toThrow(
      '--journal: ',
    );
  });

  it('compares no web address with keys, and leaves the journal of a cluster around it alone', async () => {
    const words = ['https://cdn.example/a.m3u8'];
    const journal = 's3://media-private/journal';
    await expect(loadVerifyOptions(input(words, { journal }))).rejects.toThrow('--journal tells keys, not URLs');
    await expect(loadVerifyOptions(input(words, { state: stateDir }))).rejects.toThrow('--state tells keys, not URLs');
    const { options } = await loadVerifyOptions(input(words, {}, { FLANTS_JOURNAL: journal }));
    expect(options).not.toHaveProperty('journal');
  });

  it('compares checksums only where there is something to compare with', async () => {
    await expect(loadVerifyOptions(input(['master.m3u8'], { checksums: true }))).rejects.toThrow(
      'name the state with --state',
    );
    await expect(
      loadVerifyOptions(input(['https://cdn.example/a.m3u8'], { checksums: true, state: stateDir })),
    ).rejects.toThrow('cannot be used with a web address');
    expect(await loadVerifyOptions(input(['master.m3u8'], { checksums: true, state: stateDir }))).toMatchObject({
      options: { checksums: true },
    });
    expect(await loadVerifyOptions(input(['s3://media/vod/a.m3u8'], { checksums: true }))).toMatchObject({
      options: { checksums: true },
    });
  });
});
