import { describe, expect, test } from 'vitest';
import { mediaPlaylist, segments, variants, walkSite } from '../../test/hls/site.ts';
import type { Page } from '../../test/hls/site.ts';
import { namingOf } from '../domain/names/naming.ts';
import { defaultTokenParameters } from '../domain/names/tokens.ts';
import { digestOf } from '../domain/revision.ts';
import { planRevision } from './plan.ts';
import type { RevisionPlan } from './plan.ts';

const root = 'https://cdn.example/v/master.m3u8';
const below = (path: string) => `https://cdn.example/v/${path}`;

async function plan(pages: Readonly<Record<string, Page>>, at = root): Promise<RevisionPlan> {
  const keyRules = {
    root: new URL('/', at).protocol === 'file:' ? 'file:///videos/' : 'https://cdn.example',
    tokenParameters: defaultTokenParameters,
  };
  return planRevision({ video: 'lesson-1', presentation: await walkSite(at, pages), naming: namingOf(keyRules) });
}

/** Plans a root media playlist of these lines. */
const planLines = (...lines: readonly string[]) => plan({ [root]: mediaPlaylist(...lines) });

describe('a plan', () => {
  test('has files in playing order and documents in the order of publishing', async () => {
    const master = variants('lo/list.m3u8', 'hi/list.m3u8');
    const { revision, fetchUrls } = await plan({
      [root]: master,
      [below('lo/list.m3u8')]: mediaPlaylist(
        '#EXT-X-KEY:METHOD=AES-128,URI="../k"',
        '#EXT-X-MAP:URI="i.mp4"',
        '1.m4s',
        '2.m4s',
      ),
      [below('hi/list.m3u8')]: mediaPlaylist('#EXT-X-KEY:METHOD=AES-128,URI="../k"', '1.m4s'),
    });
    expect(revision.files).toEqual([
      { key: 'v/k', url: below('k'), role: 'key' },
      { key: 'v/lo/i.mp4', url: below('lo/i.mp4'), role: 'initialization-section' },
      { key: 'v/lo/1.m4s', url: below('lo/1.m4s'), role: 'segment' },
      { key: 'v/lo/2.m4s', url: below('lo/2.m4s'), role: 'segment' },
      { key: 'v/hi/1.m4s', url: below('hi/1.m4s'), role: 'segment' },
    ]);
    expect(revision.documents.map(({ key, role }) => [key, role])).toEqual([
      ['v/lo/list.m3u8', 'media-playlist'],
      ['v/hi/list.m3u8', 'media-playlist'],
      ['v/master.m3u8', 'multivariant-playlist'],
    ]);
    expect(Buffer.from(revision.documents[2]?.body ?? []).toString()).toBe(master);
    expect(revision).toMatchObject({
      video: 'lesson-1',
      total: 5,
      hasTokens: false,
      digest: digestOf(revision),
      external: [],
      warnings: [],
    });
    expect(revision.playlists.map(({ url }) => url)).toEqual([below('lo/list.m3u8'), below('hi/list.m3u8'), root]);
    expect(fetchUrls.size).toBe(0);
  });

  test('has each file once, at least as long as its furthest range', async () => {
    const { revision } = await planLines(
      '#EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0"',
      '#EXT-X-BYTERANGE:100@900',
      'all.mp4',
      '#EXT-X-BYTERANGE:100@700',
      'all.mp4',
    );
    expect(revision.files).toEqual([{ key: 'v/all.mp4', url: below('all.mp4'), role: 'segment', minSizeBytes: 1000 }]);
  });

  test('lets a file be absent only where every place that names it does', async () => {
    const { revision } = await planLines('#EXT-X-GAP', '1.ts', '#EXT-X-GAP', '2.ts', '2.ts');
    expect(revision.files.map(({ key, optional }) => [key, optional])).toEqual([['v/1.ts', true], ['v/2.ts', undefined]]);
  }); // prettier-ignore

  test('holds no token, and tells whole addresses beside it', async () => {
    const at = `${root}?token=a`;
    const { revision, fetchUrls } = await plan({ [at]: mediaPlaylist('1.ts', '2.ts?token=secret', '3.ts?start=1&token=secret') }, at);
    expect(revision.hasTokens).toBe(true);
    expect(JSON.stringify(revision)).not.toContain('secret');
    expect(revision.files.map(({ url }) => url)).toEqual([below('1.ts'), below('2.ts'), below('3.ts?start=1')]);
    expect(revision.files.map(({ url }, index) => fetchUrls.of(index, url))).toEqual([below('1.ts'), below('2.ts?token=secret'), below('3.ts?start=1&token=secret')]);
    expect(fetchUrls.size).toBe(2);
    expect(Buffer.from(revision.documents[0]?.body ?? []).toString()).not.toContain('secret');
  }); // prettier-ignore

  test('knows of tokens that only files have', async () => {
    expect((await planLines('1.ts?token=secret')).revision.hasTokens).toBe(true);
  });

  test('knows of tokens that only playlists have', async () => {
    const at = `${root}?token=a`;
    const { revision, fetchUrls } = await plan({ [at]: segments('1.ts') }, at);
    expect([revision.hasTokens, fetchUrls.size]).toEqual([true, 0]);
  });

  test('is the same for the same presentation, and another when a line is', async () => {
    const [one, again, other] = await Promise.all([planLines('1.ts'), planLines('1.ts'), planLines('# note', '1.ts')]);
    expect(one.revision.digest).toBe(again.revision.digest);
    expect(one.revision.digest).not.toBe(other.revision.digest);
  });

  test('carries what stays outside', async () => {
    const { revision } = await planLines('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"', '1.ts');
    expect(revision.external).toMatchObject([{ uri: 'skd://k', playlistUrl: root, line: 3 }]);
  });

  test('puts other hosts below _hosts, and local files below their folder', async () => {
    const { revision } = await planLines('https://other.example/1.ts');
    expect(revision.files[0]?.key).toBe('_hosts/other.example/1.ts');
    const local = await plan({ 'file:///videos/a/list.m3u8': segments('../b/1 2.ts') }, 'file:///videos/a/list.m3u8');
    expect(local.revision.files).toMatchObject([{ key: 'b/1 2.ts', url: 'file:///videos/b/1%202.ts' }]);
  });

  test('of no file is refused', async () => {
    await expect(planLines()).rejects.toMatchObject({ code: 'hls.empty' });
  });

  test('with an address that makes no key is refused', async () => {
    await expect(planLines('a%0A1.ts')).rejects.toMatchObject({ code: 'key.unusable' });
  });
});

describe('two objects that want one key are a conflict that names both', () => {
  test.each([
    ['files by scheme', ['1.ts', 'http://cdn.example/v/1.ts'], 'http://cdn.example/v/1.ts'],
    ['a file and its playlist', ['master.m3u8'], root],
    ['files by an encoded slash', ['a/1.ts', 'a%2F1.ts'], below('a%2F1.ts')],
  ])('%s', async (_, lines, named) => {
    await expect(planLines(...lines)).rejects.toMatchObject({
      code: 'key.conflict',
      message: expect.stringContaining(named),
    });
  });

  test('files that redirects of two playlists put in one place', async () => {
    const pages = {
      [root]: variants('a.m3u8', 'b.m3u8'),
      [below('a.m3u8')]: { redirect: 'https://edge.example/a/list.m3u8' },
      [below('b.m3u8')]: { redirect: 'https://edge.example/b/list.m3u8' },
      'https://edge.example/a/list.m3u8': segments('1.ts'),
      'https://edge.example/b/list.m3u8': segments('1.ts'),
    };
    await expect(plan(pages)).rejects.toMatchObject({
      code: 'key.conflict',
      message: expect.stringContaining('https://edge.example/b/1.ts'),
    });
  });

  test('a redirected address and the one it stands for', async () => {
    const pages = {
      [root]: variants('a.m3u8', 'b.m3u8'),
      [below('a.m3u8')]: { redirect: 'https://edge.example/v/a.m3u8' },
      'https://edge.example/v/a.m3u8': segments('1.ts'),
      [below('b.m3u8')]: segments('1.ts'),
    };
    await expect(plan(pages)).rejects.toMatchObject({ code: 'key.conflict' });
  });

  test('but not addresses that mean the same', async () => {
    const { revision } = await planLines('1.ts?token=a', '1.ts?token=b', '%31.ts', 'é.ts', '%c3%a9.ts');
    expect(revision.files.map(({ key }) => key)).toEqual(['v/1.ts', 'v/é.ts']);
  });

  test('nor edge hosts that differ from request to request', async () => {
    const edge = (host: number, path: string) => `https://edge${host}.example/v/${path}`;
    const { revision } = await plan({
      [root]: variants('a.m3u8', 'b.m3u8'),
      [below('a.m3u8')]: { redirect: edge(1, 'a.m3u8') },
      [below('b.m3u8')]: { redirect: edge(2, 'b.m3u8') },
      [edge(1, 'a.m3u8')]: segments('1.ts'),
      [edge(2, 'b.m3u8')]: segments('1.ts'),
    });
    expect(revision.files).toEqual([{ key: 'v/1.ts', url: edge(1, '1.ts'), role: 'segment' }]);
    expect(revision.documents).toHaveLength(3);
  });
});
