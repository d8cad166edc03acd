import { afterEach, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { codeAnswers } from '../servers/coded-answers.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 5, fileBytes: 5000, seed: 'codings' };
const files = [...syntheticFiles(library)];

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster', patient, () => {
  let stage: ClusterStage;
  afterEach(() => stage.close());

  it('copies the plain bytes of a source that codes what it sends', async () => {
    stage = await openClusterStage(library, { rule: codeAnswers(files) });
    const up = stage.start('up', '--transfers', '0');
    await stage.until(({ totals: { videos } }) => videos.published === 2);
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
  });
});
