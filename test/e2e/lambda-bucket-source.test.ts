import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { buildFunction, functionHandler } from '../servers/function-code.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import type { LambdaFront } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe.skipIf(!hasRuntime || !hasVersitygw)('functions and a source in a bucket', patient, () => {
  let stage: Stage;
  let front: LambdaFront;
  const names = Array.from({ length: 30 }, (_, index) => `${index}.ts`);

  beforeAll(async () => {
    const taskRoot = await buildFunction();
    stage = await openStage({ destination: 'versitygw' });
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = stage.env;
    const env = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const shape = { taskRoot, handler: functionHandler, memoryMb: 1_769, timeoutMs: 20_000, env };
    front = await startLambdaFront({ backend: openPool({ ...shape, environments: 2 }) });
    await stage.place('source/1/main.m3u8', Buffer.from(mediaPlaylist(names)));
    for (const name of names) await stage.place(`source/1/${name}`, Buffer.from(`media of ${name}`));
  });
  afterAll(async () => {
    await front.stop();
    await stage.close();
  });

  it('read it with their own role', async () => {
    const flags = ['--executor', 'lambda', '--function', 'function', '--lambda-endpoint', front.endpoint];
    const endpoint = stage.env['FLANTS_ENDPOINT'] ?? '';
    const address = 's3://library/vod/source/1/main.m3u8';
    const copied = await stage.copy(address, ...flags, '--max-batches', '2', '--source-endpoint', endpoint);
    expect(copied).toMatchObject({ code: 0 });
    for (const name of names) expect((await stage.object(`vod/source/1/${name}`))?.toString()).toBe(`media of ${name}`);
  });
});
