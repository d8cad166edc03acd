import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { buildFunction, functionHandler } from '../servers/function-code.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import type { FrontOptions } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';
import { startParameters } from '../servers/parameters.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 3, filesPerVideo: 60, fileBytes: 2_000, seed: 'cluster-lambda' };
const files = [...syntheticFiles(library)];
const secret = 'Bearer of-the-source';

describe.skipIf(!hasRedis || !hasVersitygw || !hasRuntime)('a cluster that copies by functions', patient, () => {
  let taskRoot = '';
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    taskRoot = await buildFunction();
  });
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function open(fault: FrontOptions['fault']) {
    const stage: ClusterStage = await openClusterStage(library, {
      rule: ({ headers }) => (headers.authorization === secret ? undefined : { kind: 'status', status: 401 }),
    });
    closers.push(() => stage.close());
    const parameters = await startParameters({ '/flants/headers': `# for the source\nAuthorization: ${secret}\n` });
    closers.push(() => parameters.stop());
    const { accessKeyId, secretAccessKey } = stage.server;
    const env = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL_SSM: parameters.endpoint,
    };
    const code = { taskRoot, handler: functionHandler, memoryMb: 1_769, timeoutMs: 20_000, env };
    const front = await startLambdaFront({
      backend: openPool({ ...code, environments: 2 }),
      ...(fault ? { fault } : {}),
    });
    closers.push(() => front.stop());
    const which = ['--executor', 'lambda', '--function', 'function', '--lambda-endpoint', front.endpoint];
    const flags = [...which, '--header', `Authorization: ${secret}`, '--header-parameter', '/flants/headers'];
    return { stage, parameters, front, flags: [...flags, '--transfers', '0'] };
  }

  it('has their evidence where answers are lost, and fetches nothing twice', async () => {
    const sent: string[] = [];
    let lost = 0;
    const { stage, parameters, front, flags } = await open(({ event }) => {
      sent.push(JSON.stringify(event));
      if (event.type !== 'batch' || lost === 2) return undefined;
      lost += 1;
      return { kind: 'lose' };
    });
    const up = stage.start('up', ...flags, '--max-batches', '2', '--log-level', 'debug');
    await stage.until(({ totals: { videos } }) => videos.published === library.videos);
    up.kill('SIGTERM');
    const { code, stdout, stderr } = await up.ended;
    expect(code, stderr).toBe(0);
    const media = files.filter(({ path }) => path.endsWith('.ts'));
    const { functions } = await stage.status();
    // All but the first, which only asks whether the function is there.
    const invocations = front.counts.run - 1;
    expect(functions?.invocations).toBe(invocations);
    // Those whose answers were lost are found in the journal, and not counted.
    expect(functions?.puts).toBeGreaterThan(0);
    expect(functions?.puts).toBeLessThan(media.length);
    expect(functions?.dollars).toBeGreaterThan(0);
    const told = await stage.run('status');
    expect(told.stdout).toMatch(new RegExp(`^Functions: ${invocations} invocations`, 'm'));
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    expect(lost).toBe(2);
    expect(media.filter(({ path }) => stage.origin.countOf(path) !== 1).map(({ path }) => path)).toEqual([]);
    expect(stage.puts().filter((key) => key.endsWith('.ts'))).toHaveLength(media.length);
    // Each environment reads the headers once, and nothing else carries them.
    expect(parameters.asked.length).toBeLessThanOrEqual(2);
    expect(front.counts.run).toBeGreaterThanOrEqual(4);
    expect(sent.filter((text) => text.includes(secret))).toEqual([]);
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout + stderr).toContain('files are copied by functions of AWS Lambda');
  });

  it('begins no more of them once they have cost what the budget allows', async () => {
    const { stage, front, flags } = await open(undefined);
    // The PUTs of a batch of 30 cost $0.00015; what its function takes depends on the machine.
    const up = stage.start('up', ...flags, '--max-batches', '2', '--budget', '0.0004USD');
    const { budget, functions } = await stage.until(({ budget: told }) => told?.reached === 'dollars');
    const batches = (budget?.spent.files ?? 0) / 30;
    expect([1, 2, 3, 4]).toContain(batches);
    // All but the requests that write playlists.
    expect(budget?.spent.dollars).toBeGreaterThanOrEqual(functions?.dollars ?? Infinity);
    expect(budget?.spent.dollars).toBeCloseTo(functions?.dollars ?? 0, 4);
    // The first invocation only asks whether the function is there; one more batch may be under way.
    expect([batches + 1, batches + 2]).toContain(front.counts.run);
    up.kill('SIGTERM');
    await up.ended;
    const more = stage.start('up', ...flags, '--max-batches', '2', '--budget', '1USD');
    await stage.until(({ totals: { videos } }) => videos.published === library.videos);
    more.kill('SIGTERM');
    const { code, stderr } = await more.ended;
    expect(code, stderr).toBe(0);
    expect((await stage.status()).budget?.spent.files).toBe(180);
  });

  it('waits where the function is missing, says what mends it, and goes on', async () => {
    let isThere = false;
    const missing = { kind: 'refuse', status: 404, error: 'ResourceNotFoundException', message: 'not found' } as const;
    const { stage, flags } = await open(() => (isThere ? undefined : missing));
    const up = stage.start('up', ...flags);
    await up.says('executor.no-function');
    isThere = true;
    await stage.until(({ totals: { videos } }) => videos.published === library.videos);
    up.kill('SIGTERM');
    const { code, stderr } = await up.ended;
    expect(code, stderr).toBe(0);
  });
});
