import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import type { LibraryVerifyReport } from '../../src/domain/report/verification.ts';
import { runFlants } from '../e2e/flants.ts';
import type { FlantsResult } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 6, filesPerVideo: 20, fileBytes: 1_000, seed: 'pilot' };
const [missing, accepted] = [syntheticSegment(3), syntheticSegment(4)];

describe.skipIf(!hasRedis || !hasVersitygw)('a pilot from one machine that goes on in a cluster', patient, () => {
  let stage: ClusterStage;
  beforeAll(async () => {
    stage = await openClusterStage(library);
  });
  afterAll(async () => {
    await stage?.close();
  });

  it('is taken over with its decisions, and copies nothing twice', async () => {
    const state = ['--state', join(stage.scratch, 'state')];
    const here = (verb: string, ...words: readonly string[]): Promise<FlantsResult> =>
      runFlants([verb, ...words, ...state], { env: stage.env });
    const files = [...syntheticFiles(library)];
    stage.origin.remove(`/video-001/${missing}`);
    stage.origin.remove(`/video-002/${accepted}`);
    const half = join(stage.scratch, 'half.ndjson');
    const rows = (await readFile(stage.catalogue, 'utf8')).split('\n');
    await writeFile(half, `${rows.slice(0, library.videos / 2).join('\n')}\n`);

    const copied = await here('copy', half, stage.destination, '--no-progress', '--threads', '1');
    expect(copied.code, copied.stderr).toBe(2);
    const decided = await here('accept', 'video-002', `video-002/${accepted}`, '--reason', 'lost for ever');
    expect(decided.code, decided.stderr).toBe(0);

    const imported = await stage.run('import', ...state, '--json');
    expect(imported.code, imported.stderr).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ videos: 3, publications: 2 });

    const api = await clusterApi();
    stage.start('up', '--transfers', '0', ...api.flags);
    await api.until((videos) => idsIn('published', videos).length === 5 && idsIn('incomplete', videos).length === 1);
    expect(idsIn('incomplete', await api.videos())).toEqual(['video-001']);
    const told = await stage.run('report', 'video-002');
    const report = JSON.parse(told.stdout) as LibraryReport;
    expect(report.videos[0]?.failures).toMatchObject([
      { key: `video-002/${accepted}`, acceptedBecause: 'lost for ever' },
    ]);

    const healed = files.find(({ path }) => path === `/video-001/${missing}`);
    if (healed) stage.origin.put(healed.path, healed.body);
    const retried = await stage.run('retry', 'video-001');
    expect(retried.code, retried.stderr).toBe(0);
    await api.until((videos) => idsIn('published', videos).length === library.videos);

    const wanted = files.map(({ path }) => path.slice(1)).filter((key) => key !== `video-002/${accepted}`);
    expect(stage.puts().toSorted()).toEqual(wanted.toSorted());
    for (const { path, body } of files) {
      if (path !== `/video-002/${accepted}`) expect((await stage.object(path.slice(1)))?.equals(body), path).toBe(true);
    }
    const again = await stage.run('import', ...state, '--json');
    expect(again.code, again.stderr).toBe(0);
    expect((await stage.status()).totals.videos.published).toBe(library.videos);
  });

  it('is proven from its journal, which knows the sizes, and what was published without a file', async () => {
    const proof = async (...words: readonly string[]): Promise<readonly [number | null, LibraryVerifyReport]> => {
      const { code, stdout } = await stage.run('verify', ...words, '--json');
      return [code, JSON.parse(stdout) as LibraryVerifyReport];
    };
    const [code, report] = await proof('--checksums', '--journal', stage.env['FLANTS_JOURNAL'] ?? '');
    expect(code).toBe(3);
    expect(report).toMatchObject({
      whole: library.videos,
      checkedChecksums: library.videos * library.filesPerVideo - 1,
      accepted: [{ key: `video-002/${accepted}`, reason: 'lost for ever' }],
    });

    const path = syntheticPlaylist(2).replace(/^\//, '');
    const one = await runFlants(['verify', `${stage.destination}/${path}`], { env: stage.env });
    expect([one.code, one.stdout]).toEqual([3, expect.stringContaining('accepted: lost for ever')]);
    const alone = await runFlants(['verify', stage.destination], { env: { ...stage.env, FLANTS_JOURNAL: '' } });
    expect([alone.code, alone.stdout]).toEqual([2, expect.stringContaining('with --state or --journal')]);

    const cut = `video-004/${missing}`;
    await writeFile(join(stage.objects, cut), (await stage.object(cut))?.subarray(0, 900) ?? '');
    const [failed, { notWhole }] = await proof();
    expect(failed).toBe(2);
    expect(notWhole.flatMap(({ problems }) => problems)).toMatchObject([
      { code: 'verify.size', key: cut, message: 'it has 900 bytes; 1000 were copied' },
    ]);
  });
});
