import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOnPath } from '../../scripts/tools.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaLibrary, originalHash, streamHash } from '../media/library.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';

const only = /#EXT-X-(?:CONTENT-STEERING|DEFINE|PART|SERVER-CONTROL|PRELOAD-HINT|RENDITION-REPORT)|\{\$/;

/** The playlists of the ladder as a server gives them that steers, fills in variables, and was live with low latency. */
async function servedPlaylists(folder: string): Promise<Readonly<Record<string, string>>> {
  const [master, low, high] = await Promise.all(
    ['master.m3u8', 'lo/index.m3u8', 'hi/index.m3u8'].map((path) => readFile(join(folder, 'ladder', path), 'utf8')),
  );
  if (master === undefined || low === undefined || high === undefined) throw new Error('the ladder lacks a playlist');
  const head = ['#EXTM3U', '#EXT-X-CONTENT-STEERING:SERVER-URI="/steer?v=1"', '#EXT-X-DEFINE:NAME="low",VALUE="lo"'];
  const settings = ['#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3', '#EXT-X-PART-INF:PART-TARGET=1'];
  const rest = ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="next.1.ts"', '#EXT-X-RENDITION-REPORT:URI="../lo/index.m3u8"'];
  return {
    '/ladder/master.m3u8': master.replace('#EXTM3U', head.join('\n')).replace('lo/index.m3u8', '{$low}/index.m3u8'),
    '/ladder/lo/index.m3u8': low
      .replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:IMPORT="low"\n#EXT-X-DEFINE:NAME="kind",VALUE="ts"')
      .replaceAll(/^(seg_\d+)\.ts$/gm, '../{$low}/$1.{$kind}'),
    '/ladder/hi/index.m3u8': high
      .replace('#EXTM3U', ['#EXTM3U', ...settings].join('\n'))
      .replaceAll(/^#EXTINF/gm, '#EXT-X-PART:DURATION=1,URI="part.ts"\n$&')
      .replace('#EXT-X-ENDLIST', [...rest, '#EXT-X-ENDLIST'].join('\n')),
  };
}

describe.skipIf(!isOnPath('ffmpeg'))('playlists that only a server can stand by', () => {
  let scratch: string;
  let origin: Origin;
  let copied: FlantsResult;
  const run = (...args: readonly string[]): Promise<FlantsResult> => runFlants(args, { env: { HOME: scratch } });
  const copyOf = (path: string): string => join(scratch, 'copy', 'ladder', path);

  beforeAll(async () => {
    const folder = await mediaLibrary();
    scratch = await mkdtemp(join(tmpdir(), 'flants-adapted-'));
    origin = await startOrigin({ folder, files: await servedPlaylists(folder) });
    const source = `${origin.url}/ladder/master.m3u8`;
    const reported = ['--report', join(scratch, 'report.json')];
    copied = await run('copy', source, join(scratch, 'copy'), '--state', join(scratch, 'state'), ...reported);
  });
  afterAll(async () => {
    await origin.stop();
    await rm(scratch, { recursive: true });
  });

  it('are published as such that any server can give', async () => {
    // Steering is warned of.
    expect(copied.code, copied.stdout + copied.stderr).toBe(3);
    const texts = await Promise.all(
      ['master.m3u8', 'lo/index.m3u8', 'hi/index.m3u8'].map((path) => readFile(copyOf(path), 'utf8')),
    );
    expect(texts.filter((text) => only.test(text))).toEqual([]);
    expect(texts[1]).toMatch(/^\.\.\/lo\/seg_\d+\.ts$/m);
  });

  it('play the same from there as they did before they had them', async () => {
    expect(await streamHash(copyOf('master.m3u8'))).toBe(await originalHash('ladder/master.m3u8'));
  });

  it('are whole, by themselves and by what was copied', async () => {
    for (const flags of [[], ['--checksums', '--state', join(scratch, 'state')]]) {
      const { code, stdout, stderr } = await run('verify', join(scratch, 'copy'), ...flags);
      expect(code, stdout + stderr).toBe(0);
    }
  });

  it('are named in the report where players lose something by it', async () => {
    const report = JSON.parse(await readFile(join(scratch, 'report.json'), 'utf8')) as LibraryReport;
    expect(report.videos[0]?.warnings).toEqual([
      expect.stringContaining('master.m3u8 line 2: EXT-X-CONTENT-STEERING would have players ask') as string,
    ]);
  });

  it('cost nothing when the same is copied again', async () => {
    const again = await run(
      'copy',
      `${origin.url}/ladder/master.m3u8`,
      join(scratch, 'copy'),
      '--state',
      join(scratch, 'state'),
    );
    expect(again.code).toBe(3);
    expect(again.stdout).toContain('nothing to copy');
  });
});
