import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import type { QueryFindings, Revision } from '../domain/revision.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { MemoryEntry } from '../storage/memory-source.ts';
import { planVideo } from './plan-video.ts';

const home = 'https://cdn.example';
const root = `${home}/v/index.m3u8`;
const { signal } = new AbortController();
const keyRules: KeyRules = {
  root: home,
  tokenParameters: ['token', 'expires'],
  sessionPatterns: ['^(/gate-[^/]+)/'],
  queryHashDigits: 4,
};

const media = (...uris: readonly string[]): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...uris.flatMap((uri) => ['#EXTINF:2,', uri]), '#EXT-X-ENDLIST', ''].join(
    '\n',
  );
const multivariant = (...uris: readonly string[]): string =>
  ['#EXTM3U', ...uris.flatMap((uri) => ['#EXT-X-STREAM-INF:BANDWIDTH=1', uri]), ''].join('\n');

/** Plans a video whose playlists and files are these, by path. */
async function plan(objects: Readonly<Record<string, MemoryEntry | string>>, known?: QueryFindings) {
  const entries = Object.entries(objects).map(([path, entry]) => [
    home + path,
    typeof entry === 'string' ? { bytes: entry } : entry,
  ]);
  const source = openMemorySource(Object.fromEntries(entries) as Record<string, MemoryEntry>);
  const ports = { source, keyRules, limits: defaultWalkLimits, external: 'refuse' as const };
  const { revision, fetchUrls } = await planVideo({ id: 'v', playlistUrl: root }, ports, {
    present: { digest: '', ...(known ? { queryFindings: known } : {}) },
    signal,
  });
  return { revision, fetchUrls, asked: source.requests.filter((url) => !url.includes('.m3u8')) };
}

const keysOf = ({ files }: Revision): readonly string[] => files.map(({ key }) => key);

describe('URLs of a presentation that differ in a token alone', () => {
  it('are two files where their bytes differ, each named by a hash of the token that chooses it', async () => {
    const { revision, fetchUrls } = await plan({
      '/v/index.m3u8': media('/s.ts?token=A', '/s.ts?token=B', '/s.ts?token=A'),
      '/s.ts?token=A': 'a',
      '/s.ts?token=B': 'b',
    });
    expect(keysOf(revision)).toEqual([expect.stringMatching(/^s~\w{4}\.ts$/), expect.stringMatching(/^s~\w{4}\.ts$/)]);
    expect(new Set(keysOf(revision)).size).toBe(2);
    expect(revision.queryFindings).toEqual({ keyParameters: ['token'] });
    expect(JSON.stringify(revision)).not.toMatch(/token=[AB]/);
    expect(revision.files.map(({ url }, index) => fetchUrls.of(index, url))).toEqual([
      `${home}/s.ts?token=A`,
      `${home}/s.ts?token=B`,
    ]);
  });

  it('are one file where their bytes are the same, and that is not asked a second time', async () => {
    const objects = {
      '/v/index.m3u8': media('/s.ts?token=A', '/s.ts?token=B'),
      '/s.ts?token=A': 'same',
      '/s.ts?token=B': 'same',
    };
    const first = await plan(objects);
    expect(keysOf(first.revision)).toEqual(['s.ts']);
    expect(first.asked).toHaveLength(2);
    const again = await plan(objects, first.revision.queryFindings);
    expect(again.revision).toEqual(first.revision);
    expect(again.asked).toEqual([]);
  });

  it('are compared also where the token is a part at the beginning of the path', async () => {
    const { revision } = await plan({
      '/v/index.m3u8': media('/gate-A/s.ts', '/gate-B/s.ts'),
      '/gate-A/s.ts': 'a',
      '/gate-B/s.ts': 'b',
    });
    expect(new Set(keysOf(revision)).size).toBe(2);
  });

  it('choose by no more parameters than differ', async () => {
    const { revision } = await plan({
      '/v/index.m3u8': media('/s.ts?expires=1&token=A', '/s.ts?expires=1&token=B'),
      '/s.ts?expires=1&token=A': 'a',
      '/s.ts?expires=1&token=B': 'b',
    });
    expect(revision.queryFindings).toEqual({ keyParameters: ['token'] });
  });

  it('that once chose go on to choose, without being asked', async () => {
    const objects = { '/v/index.m3u8': media('/s.ts?token=A', '/s.ts?token=B') };
    const { revision, asked } = await plan(objects, { keyParameters: ['token'] });
    expect(keysOf(revision)).toHaveLength(2);
    expect(asked).toEqual([]);
  });

  it.each([
    ['are two files where one of them is not there', undefined, 2],
    ['are one file where none is there', 'none', 1],
  ])('%s', async (_, which, files) => {
    const { revision } = await plan({
      '/v/index.m3u8': media('/s.ts?token=A', '/s.ts?token=B'),
      ...(which === 'none' ? {} : { '/s.ts?token=A': 'a' }),
    });
    expect(keysOf(revision)).toHaveLength(files);
  });

  it('are not judged while the source is in trouble', async () => {
    const trouble = new FlantsError('source.status', 'status 502', { status: 502 });
    const planning = plan({
      '/v/index.m3u8': media('/s.ts?token=A', '/s.ts?token=B'),
      '/s.ts?token=A': 'a',
      '/s.ts?token=B': () => Promise.reject(trouble),
    });
    await expect(planning).rejects.toBe(trouble);
  });

  it('are two playlists where these name other files', async () => {
    const { revision } = await plan({
      '/v/index.m3u8': multivariant('list.m3u8?token=lo', 'list.m3u8?token=hi'),
      '/v/list.m3u8?token=lo': media('lo.ts'),
      '/v/list.m3u8?token=hi': media('hi.ts'),
    });
    expect(keysOf(revision)).toEqual(['v/lo.ts', 'v/hi.ts']);
    expect(revision.documents).toHaveLength(3);
  });

  it('are one playlist where these name the same files under other grants', async () => {
    const { revision, asked } = await plan({
      '/v/index.m3u8': multivariant('list.m3u8?token=1', 'list.m3u8?token=2'),
      '/v/list.m3u8?token=1': media('s.ts?token=3'),
      '/v/list.m3u8?token=2': media('s.ts?token=4'),
      '/v/s.ts?token=3': 'same',
      '/v/s.ts?token=4': 'same',
    });
    expect(keysOf(revision)).toEqual(['v/s.ts']);
    expect(revision.documents).toHaveLength(2);
    expect(asked).toHaveLength(2);
  });

  it('are two playlists where only the tokens of their files differ, and choose these', async () => {
    const { revision } = await plan({
      '/v/index.m3u8': multivariant('list.m3u8?token=lo', 'list.m3u8?token=hi'),
      '/v/list.m3u8?token=lo': media('/s.ts?token=lo1'),
      '/v/list.m3u8?token=hi': media('/s.ts?token=hi1'),
      '/s.ts?token=lo1': 'low',
      '/s.ts?token=hi1': 'high',
    });
    expect(keysOf(revision)).toHaveLength(2);
    expect(revision.documents).toHaveLength(3);
  });
});

it('URLs whose paths differ too are never compared', async () => {
  const { asked } = await plan({ '/v/index.m3u8': media('1.ts?token=A', '2.ts?token=B') });
  expect(asked).toEqual([]);
});
