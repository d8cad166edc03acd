import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandInput } from './input/command-input.ts';
import { readEnvironment } from './input/environment.ts';
import type { Flags } from './input/merge.ts';
import {
  loadCancelOptions,
  loadImportOptions,
  loadListOptions,
  loadNamedVideosOptions,
  loadPriorityOptions,
  loadSubmitOptions,
} from './library-options.ts';

let cwd = '';
const journal = 's3://media-private/journal';
const at = 's3://media/vod';

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'flants-steer-'));
  mkdirSync(join(cwd, 'state'));
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function input(words: readonly string[], flags: Flags = {}): CommandInput {
  return { words, flags: { journal, ...flags }, cwd, environment: readEnvironment({ HOME: cwd }) };
}

describe('a verb about named videos', () => {
  it('takes each of them once', async () => {
    expect(await loadNamedVideosOptions('pause', input([at, 'a', 'b', 'a']))).toMatchObject({ videos: ['a', 'b'] });
    await expect(loadNamedVideosOptions('pause', input([at]))).rejects.toThrow('pause needs the ids of the videos');
  });

  it('puts them forward, or back', async () => {
    expect(await loadPriorityOptions(input([at, 'a']))).toMatchObject({ fresh: true });
    expect(await loadPriorityOptions(input([at, 'a'], { fresh: false }))).toMatchObject({ fresh: false });
  });

  it('waits for the end of a cancelled one', async () => {
    expect(await loadCancelOptions(input([at, 'a']))).toMatchObject({ waitMs: 30_000 });
    expect(await loadCancelOptions(input([at, 'a'], { grace: '2m' }))).toMatchObject({ waitMs: 120_000 });
    expect(await loadCancelOptions(input([at, 'a'], { grace: '0s' }))).toMatchObject({ waitMs: 0 });
  });
});

describe('submit', () => {
  it('takes a playlist, and what is known of it', async () => {
    const playlistUrl = 'https://cdn.example/42/master.m3u8?token=x';
    expect(await loadSubmitOptions(input([at, playlistUrl], { id: 'class-42', fresh: true }))).toMatchObject({
      playlistUrl,
      id: 'class-42',
      fresh: true,
    });
    expect(await loadSubmitOptions(input([at, playlistUrl]))).not.toHaveProperty('fresh');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['nothing', [at], /needs the URL of a playlist/],
    ['a catalogue', [at, 'videos.json'], /is a catalogue: submit takes a playlist/],
    ['two', [at, 'https://a.example/1.m3u8', 'https://b.example/2.m3u8?token=hush'], /^(?!.*hush).*is too much/],
  ])('refuses %s', async (_, words, message) => {
    await expect(loadSubmitOptions(input(words))).rejects.toThrow(message);
  });
});

it('lists videos by state, and no single ones', async () => {
  expect(await loadListOptions(input([at], { inState: ['incomplete', 'invalid'], limit: '5' }))).toMatchObject({
    states: ['incomplete', 'invalid'],
    limit: 5,
  });
  await expect(loadListOptions(input([at, 'a']))).rejects.toThrow('flants status takes ids such as "a"');
});

describe('import', () => {
  it('takes a state of this machine, and the place of a cluster', async () => {
    expect(await loadImportOptions(input([at], { state: 'state' }))).toMatchObject({
      options: { stateDir: join(cwd, 'state'), destination: { name: at }, journal: { name: journal } },
    });
  });

  it('refuses a state that is not there, and more words', async () => {
    await expect(loadImportOptions(input([at]))).rejects.toThrow('there is no state in');
    await expect(loadImportOptions(input([at, 'a'], { state: 'state' }))).rejects.toThrow('"a" is too much');
  });
});
