import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist, randomBytesOf } from '../media/synthetic.ts';
import type { Behaviour } from '../servers/origin.ts';
import type { FlantsResult } from './flants.ts';
import { linesAbout, saidBy } from './refusal.ts';
import { differing, openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const fileBytes = 2_000;

/** A folder of one video: its playlist, and as many bytes for each file. */
function videoOf(
  folder: string,
  names: readonly string[],
): readonly { readonly path: string; readonly body: Buffer }[] {
  return [
    ...names.map((name) => ({ path: `/${folder}/${name}`, body: randomBytesOf(`${folder}/${name}`, fileBytes) })),
    { path: `/${folder}/index.m3u8`, body: Buffer.from(mediaPlaylist(names)) },
  ];
}

function filesOf(
  ...videos: readonly (readonly { readonly path: string; readonly body: Buffer }[])[]
): Record<string, Buffer> {
  return Object.fromEntries(videos.flat().map(({ path, body }) => [path, body]));
}

type Bad = readonly [name: string, behaviour: Behaviour, code: string, text: string];

const bad: readonly Bad[] = [
  ['absent.ts', { kind: 'status', status: 404 }, 'source.not-found', 'is not there (status 404)'],
  ['forbidden.ts', { kind: 'status', status: 403 }, 'source.denied', 'refused access (status 403)'],
  ['broken.ts', { kind: 'status', status: 500 }, 'source.status', 'answered with status 500'],
  ['short.ts', { kind: 'short', missingBytes: 100 }, 'source.short-body', 'sent fewer or more bytes than it announced'],
  [
    'long.ts',
    { kind: 'answer', headers: { 'content-length': '100' }, body: 'media '.repeat(20) },
    'source.short-body',
    'sent fewer or more bytes than it announced',
  ],
  ['page.ts', { kind: 'error-page' }, 'source.wrong-body', 'answers with a page of type text/html, not media'],
  [
    'empty.ts',
    { kind: 'answer', headers: { 'content-length': '0' }, body: '' },
    'source.wrong-body',
    'answers with an empty body',
  ],
];

/** Told step by step: each test goes on where the one before it ended. */
describe('a video with files that cannot be copied', () => {
  const video = videoOf('bad', ['good.ts', ...bad.map(([name]) => name)]);
  let stage: Stage;
  let first: FlantsResult;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', files: filesOf(video) });
    for (const [name, behaviour] of bad) stage.origin.behave(`/bad/${name}`, behaviour);
    first = await stage.copy('/bad/index.m3u8');
  });
  afterAll(() => stage.close());

  it('is incomplete, exit 2, and no playlist is published', async () => {
    saidBy(first);
    expect(first.code).toBe(2);
    expect(first.stdout).toContain(`1 copied (1.95 KiB), 0 unchanged, ${bad.length} failed`);
    expect(await stage.object('bad/good.ts')).toBeDefined();
    expect(await stage.object('bad/index.m3u8')).toBeUndefined();
  });

  it('names each of them, once on standard error and once in the summary', () => {
    for (const [name, , code, text] of bad) {
      const lines = linesAbout(`bad/${name}`, first);
      expect(lines, name).toHaveLength(1);
      expect(lines[0]).toContain(text);
      expect(lines[0]).toContain(`[${code}]`);
      expect(first.stdout.split('\n').filter((line) => line.includes(`bad/${name}: `))).toEqual([
        expect.stringContaining(`[${code}]`),
      ]);
    }
    expect(first.stdout).toContain(
      'next: run the same copy to try again, or publish without the file:\n    flants accept ',
    );
  });

  it('asks three times where that may help, and once where it cannot', () => {
    const counts = Object.fromEntries(bad.map(([name]) => [name, stage.origin.countOf(`/bad/${name}`)]));
    expect(counts).toMatchObject({ 'absent.ts': 1, 'broken.ts': 3, 'short.ts': 3, 'page.ts': 3, 'empty.ts': 3 });
  });

  it('is whole after the same command, once the source is mended', async () => {
    for (const [name] of bad) stage.origin.heal(`/bad/${name}`);
    const before = stage.origin.countOf('/bad/good.ts');
    const again = await stage.copy('/bad/index.m3u8');
    expect(again.code, again.stderr).toBe(0);
    expect(stage.origin.countOf('/bad/good.ts')).toBe(before);
    expect(await differing(stage, video)).toEqual([]);
  });
});

describe('an origin that falters', () => {
  const video = videoOf('flaky', ['throttled.ts', 'broken.ts', 'reset.ts', 'good.ts']);
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', files: filesOf(video) });
  });
  afterAll(() => stage.close());

  it('is asked again, and a copy that was whole in the end says nothing of failures', async () => {
    const later = { kind: 'status', status: 503, headers: { 'retry-after': '1' } } as const;
    stage.origin.behave('/flaky/throttled.ts', later, 3);
    stage.origin.behave('/flaky/broken.ts', { kind: 'status', status: 500 }, 1);
    stage.origin.behave('/flaky/reset.ts', { kind: 'break', afterBytes: 100 }, 2);
    stage.origin.behave('/flaky/index.m3u8', { kind: 'status', status: 502 }, 2);
    const copied = await stage.copy('/flaky/index.m3u8');
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, video)).toEqual([]);
    expect(stage.origin.countOf('/flaky/throttled.ts')).toBe(4);
    expect(saidBy(copied)).not.toMatch(/failed|warn/);
  });

  it('tells those who debug what is tried again, and why', async () => {
    stage.origin.put('/flaky/broken.ts', 'changed');
    stage.origin.put(
      '/flaky/index.m3u8',
      `${mediaPlaylist(['throttled.ts', 'broken.ts', 'reset.ts', 'good.ts'])}# changed\n`,
    );
    stage.origin.behave('/flaky/broken.ts', { kind: 'status', status: 500 }, 1);
    const copied = await stage.copy('/flaky/index.m3u8', '--log-level', 'debug');
    expect(copied.code, copied.stderr).toBe(0);
    expect(copied.stderr).toMatch(
      /^debug: .*flaky\/index: 1 file again .*answered with status 500 \[source\.status\]$/m,
    );
  });
});

describe('a playlist behind redirects', () => {
  const video = videoOf('edge/v', ['a.ts', 'b.ts']);
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', files: filesOf(video) });
    stage.origin.behave('/home/index.m3u8', { kind: 'redirect', to: '/halfway/index.m3u8', status: 301 });
    stage.origin.behave('/halfway/index.m3u8', { kind: 'redirect', to: '/edge/v/index.m3u8', status: 307 });
  });
  afterAll(() => stage.close());

  it('finds its files where the last one leads, and keeps its own place at the destination', async () => {
    const copied = await stage.copy('/home/index.m3u8');
    expect(copied.code, copied.stderr).toBe(0);
    const atHome = video.map(({ path, body }) => ({ path: path.replace('/edge/v/', '/home/'), body }));
    expect(await differing(stage, atHome)).toEqual([]);
    expect(stage.origin.countOf('/edge/v/a.ts')).toBe(1);
  });
});

describe('two videos whose files want one key with different bytes', () => {
  let stage: Stage;
  let path: string;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder' });
    const { host, href } = new URL('/x.ts', stage.origin.url.replace('127.0.0.1', 'localhost'));
    path = `/_hosts/${host.replace(':', '~')}/x.ts`;
    stage.origin.put('/x.ts', 'one');
    stage.origin.put(path, 'other');
    stage.origin.put('/first/index.m3u8', mediaPlaylist([href]));
    stage.origin.put('/second/index.m3u8', mediaPlaylist([path]));
  });
  afterAll(() => stage.close());

  it('are an error that names both URLs, and the one that was there first stays as it is', async () => {
    expect((await stage.copy('/first/index.m3u8', '--allow-host', 'localhost')).code).toBe(0);
    const second = await stage.copy('/second/index.m3u8', '--allow-host', 'localhost');
    saidBy(second);
    expect(second.code).toBe(2);
    expect(second.stdout).toMatch(
      /http:\S+\/x\.ts and http:\S+\/x\.ts want the key _hosts\/\S+ with different bytes \[key\.conflict\]/,
    );
    expect((await stage.object(path.slice(1)))?.toString()).toBe('one');
    expect(await stage.object('second/index.m3u8')).toBeUndefined();
  });
});
