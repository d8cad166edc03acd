import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { patient } from '../e2e/stage.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 2, fileBytes: 500, seed: 'refused' };

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  const write = (column: string): Promise<void> =>
    writeFile(
      stage.catalogue,
      [0, 1]
        .map((at) => `${JSON.stringify({ id: `class-${at}`, [column]: stage.origin.url + syntheticPlaylist(at) })}\n`)
        .join(''),
    );

  it('says as an error that all rows of its catalogue are refused, and why, until some are not', async () => {
    stage = await openClusterStage(library);
    await write('recording');
    const up = stage.start('up', '--transfers', '0', '--scan-every', '2s');
    await up.says('is of no use: no row is a video that could be copied: row 1');
    expect(up.said()).toMatch(/"level":"error".*is of no use/);
    await up.says('"type":"scan-failed"');
    const { stdout } = await stage.run('status');
    expect(stdout).toContain('2 rows, none is a video that could be copied; 2 refused');
    expect(stdout).toMatch(/Refused rows, such as:\n {2}class-0: row 1 .*\[catalogue\.row\]/);

    await write('playlistUrl');
    await stage.until(({ totals }) => totals.videos.published === library.videos);
    expect((await stage.status()).scan).not.toHaveProperty('refusedExample');
  });
});
