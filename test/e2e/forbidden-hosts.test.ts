import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const media = (...lines: readonly string[]): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
const multivariant = (...lines: readonly string[]): string => ['#EXTM3U', ...lines, ''].join('\n');

describe('a library that leads to a service of this machine', patient, () => {
  let stage: Stage;
  /** Answers everything, as a service would that nobody meant to publish. */
  let service: Origin;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder' });
    service = await startOrigin({
      rule: () => ({ kind: 'answer', headers: { 'content-type': 'video/mp2t' }, body: 'credentials' }),
    });
    const { origin } = stage;
    const at = (path: string): string => `${service.url}${path}`;
    const host = new URL(service.url).host;
    origin.put('/one.ts', 'media');
    const playlists: Readonly<Record<string, string>> = {
      segment: media('#EXTINF:4,', at('/a.ts')),
      decimal: media('#EXTINF:4,', `http://2130706433:${new URL(service.url).port}/a.ts`),
      mapped: media('#EXTINF:4,', `http://[::ffff:7f00:1]:${new URL(service.url).port}/a.ts`),
      relative: media('#EXTINF:4,', `//${host}/a.ts`),
      redirected: media('#EXTINF:4,', '/away.ts'),
      key: media(`#EXT-X-KEY:METHOD=AES-128,URI="${at('/k.bin')}"`, '#EXTINF:4,', '/one.ts'),
      map: media(`#EXT-X-MAP:URI="${at('/init.mp4')}"`, '#EXTINF:4,', '/one.ts'),
      variant: multivariant('#EXT-X-STREAM-INF:BANDWIDTH=1', at('/v.m3u8')),
      chapters: multivariant(
        '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="/chapters.json"',
        '#EXT-X-STREAM-INF:BANDWIDTH=1',
        '/plain/index.m3u8',
      ),
      metadata: media('#EXTINF:4,', 'http://169.254.169.254/latest/meta-data/iam/security-credentials/role.ts'),
    };
    for (const [name, text] of Object.entries(playlists)) origin.put(`/${name}/index.m3u8`, text);
    origin.put('/plain/index.m3u8', media('#EXTINF:4,', '/one.ts'));
    origin.put(
      '/chapters.json',
      JSON.stringify([{ 'start-time': 0, images: [{ 'image-category': 'a', url: at('/i.jpg') }] }]),
    );
    origin.behave('/away.ts', { kind: 'redirect', to: at('/a.ts') });
    origin.behave('/elsewhere/index.m3u8', { kind: 'redirect', to: at('/index.m3u8') });
  });
  afterAll(async () => {
    await Promise.all([service.stop(), stage.close()]);
  });

  const names = ['segment', 'decimal', 'mapped', 'relative', 'redirected', 'key', 'map', 'variant', 'chapters', 'metadata', 'elsewhere']; // prettier-ignore

  it('asks nothing there, publishes none of it, and says which address it was', async () => {
    const [first = '', ...more] = names.map((name) => `${stage.origin.url}/${name}/index.m3u8`);
    const copied = await stage.run('copy', first, ...more, stage.destination, '--no-progress', '--json');
    expect(copied.code, copied.stdout + copied.stderr).toBe(2);
    const videos = copied.stdout
      .split('\n')
      .filter((line) => line.includes('"type":"video"'))
      .map((line) => JSON.parse(line) as { readonly video: string; readonly state: string });
    expect(service.requests).toEqual([]);
    expect(videos.map(({ state }) => state)).not.toContain('published');
    const report = await stage.run('report');
    const failed = (JSON.parse(report.stdout) as { readonly videos: readonly VideoLine[] }).videos;
    expect(failed).toHaveLength(names.length);
    for (const { id, invalid, failures } of failed) {
      const failure = invalid ?? failures[0]?.failure;
      expect([id, failure?.code]).toEqual([id, 'source.forbidden']);
      expect(failure?.message).toMatch(
        /leads to (127\.0\.0\.1|::ffff:7f00:1|169\.254\.169\.254) \((loopback|link-local)\)/,
      );
    }
    expect((await readdir(stage.objects, { recursive: true })).filter((name) => name.endsWith('.m3u8'))).toEqual([]);
  });

  it('asks there where that is allowed', async () => {
    const allowed = ['--allow-host', new URL(service.url).host];
    const copied = await stage.copy('/segment/index.m3u8', ...allowed);
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(service.countOf('/a.ts')).toBe(1);
  });
});

interface VideoLine {
  readonly id: string;
  readonly invalid?: { readonly code: string; readonly message: string };
  readonly failures: readonly { readonly failure: { readonly code: string; readonly message: string } }[];
}
