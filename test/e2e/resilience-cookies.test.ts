import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import {
  mediaPlaylist,
  syntheticCatalogue,
  syntheticFiles,
  syntheticPlaylist,
  syntheticSegment,
} from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { cookieOrigin, grantMark } from '../servers/cookie-origin.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { contentsOf } from './contents.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 3, filesPerVideo: 12, fileBytes: 2_000, seed: 'cookies' };
const files = [...syntheticFiles(library)].map(({ path, body }) => ({ path, body: Buffer.from(body) }));

describe('a source that hands out access by cookies', patient, () => {
  let stage: Stage;
  let elsewhere: Origin | undefined;
  afterEach(async () => {
    await elsewhere?.stop();
    elsewhere = undefined;
    await stage.close();
  });

  const expectNoGrant = async (...said: readonly FlantsResult[]): Promise<void> => {
    const reports = [await stage.run('report', '--format', 'ndjson'), await stage.run('report')];
    for (const { stdout, stderr } of [...said, ...reports]) expect(stdout + stderr).not.toContain(grantMark);
    const kept = [...(await contentsOf(stage.stateDir)), ...(await contentsOf(stage.scratch))];
    expect(kept.length).toBeGreaterThan(library.filesPerVideo);
    expect(kept.filter(({ bytes }) => bytes.includes(grantMark)).map(({ path }) => path)).toEqual([]);
  };

  it('is copied, each video by its own grant, and the grants are nowhere afterwards', async () => {
    const cdn = cookieOrigin();
    stage = await openStage({ destination: 'folder', library, rule: cdn.rule });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
    const copied = await stage.copy(
      catalogue,
      '--threads',
      '2',
      '--log-level',
      'debug',
      '--report',
      join(stage.scratch, 'report.json'),
    );
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(cdn.refused).toEqual([]);
    expect(await differing(stage, files)).toEqual([]);
    await expectNoGrant(copied);
    const verified = await runFlants(['verify', stage.origin.url + syntheticPlaylist(0)]);
    // An origin of one's own says nothing to pages of other hosts, and to caches.
    expect(verified.code, verified.stdout + verified.stderr).toBe(3);
    expect(verified.stdout).toContain('index.m3u8: whole, but its delivery has warnings\n');
    // How it is delivered is asked without cookies, as a cache would.
    const refused = [...cdn.refused];
    const again = await stage.copy(catalogue, '--recheck');
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(cdn.refused).toEqual(refused);
  });

  it('and takes it back in mid-copy is asked for access again, once', async () => {
    const cdn = cookieOrigin();
    let isFirst = true;
    stage = await openStage({
      destination: 'folder',
      library,
      rule: (request) => {
        if (isFirst && request.path.includes(syntheticSegment(5))) {
          isFirst = false;
          cdn.expire();
        }
        return cdn.rule(request);
      },
    });
    const report = join(stage.scratch, 'report.json');
    const copied = await stage.copy(syntheticPlaylist(0), '--report', report, '--concurrency', '1');
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    const segments = files.filter(({ path }) => path.endsWith('.ts'));
    expect(Math.max(...segments.map(({ path }) => stage.origin.countOf(path)))).toBe(2);
    const { videos } = JSON.parse(await readFile(report, 'utf8')) as LibraryReport;
    expect(videos).toMatchObject([{ state: 'published', files: { total: 12, done: 12, failed: 0 } }]);
    await expectNoGrant(copied);
  });

  it('and was copied in part is copied to the end by a later run', async () => {
    const cdn = cookieOrigin();
    stage = await openStage({ destination: 'folder', library, rule: cdn.rule });
    const missing = files.find(({ path }) => path.includes(syntheticSegment(3)))?.path ?? '';
    stage.origin.behave(missing, { kind: 'status', status: 404 });
    expect((await stage.copy(syntheticPlaylist(0))).code).toBe(2);
    stage.origin.heal(missing);
    const copied = await stage.copy(syntheticPlaylist(0));
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(cdn.refused).toEqual([]);
  });

  it('and refuses all the same fails with the files named', async () => {
    stage = await openStage({
      destination: 'folder',
      library,
      rule: ({ path }) => (path.includes(syntheticSegment(3)) ? { kind: 'status', status: 403 } : undefined),
    });
    const copied = await stage.copy(syntheticPlaylist(0));
    expect(copied.code).toBe(2);
    expect(copied.stdout).toMatch(new RegExp(`${syntheticSegment(3)}: .*403.*\\[source\\.denied\\]`));
  });

  it('tells no other host what it has granted', async () => {
    const cdn = cookieOrigin();
    elsewhere = await startOrigin({ files: { '/ads/1.ts': 'media' } });
    const foreign = `${elsewhere.url.replace('127.0.0.1', 'localhost')}/ads/1.ts`;
    stage = await openStage({
      destination: 'folder',
      files: { '/v/index.m3u8': mediaPlaylist(['1.ts', foreign]), '/v/1.ts': 'media' },
      rule: cdn.rule,
    });
    const copied = await stage.copy('/v/index.m3u8', '--allow-host', 'localhost');
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(elsewhere.requests.map(({ headers }) => headers.cookie)).toEqual([undefined]);
  });
});
