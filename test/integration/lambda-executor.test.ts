import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLambdaExecutor } from '../../src/app/functions/executor.ts';
import { openLimits } from '../../src/app/limits.ts';
import type { BatchEnd, BatchMessage, FileTask } from '../../src/domain/batch.ts';
import { failureOf } from '../../src/domain/failure.ts';
import { defaultPrices } from '../../src/domain/cost/prices.ts';
import type { FunctionRequest } from '../../src/domain/cost/function-use.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Trouble } from '../../src/executor/lambda/executor.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';
import { freePort } from '../servers/free-port.ts';
import { hasEmulator, startEmulator } from '../servers/lambda-emulator.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import type { FunctionShape } from '../servers/lambda-environment.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import type { FrontOptions } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';
import { loopbackSource } from '../servers/loopback-source.ts';

/** A function that does what the key of the first file says. */
const misbehaving = `
const hello = { format: 1, type: 'hello', version: '0', memoryMb: 256, timeoutMs: 2000, architecture: 'x64' };
export async function handler({ type, batch }, context) {
  if (type === 'hello') return hello;
  const deed = batch.files[0].key;
  console.log('about to ' + deed);
  if (deed === 'throw') throw new TypeError('boom');
  if (deed === 'exit') process.exit(3);
  if (deed === 'reject') { Promise.reject(new Error('late')); await new Promise((done) => setTimeout(done, 1e4)); }
  if (deed === 'hang') await new Promise((done) => setTimeout(done, 1e6));
  if (deed === 'big') return 'x'.repeat(6_300_000);
  if (deed === 'hoard') { const all = []; for (;;) { all.push(Buffer.alloc(2e7, 1)); await new Promise(setImmediate); } }
  if (deed === 'other') return { statusCode: 200, body: 'Hello from Lambda!' };
  const outcomes = batch.files.map(({ index, key, url }) => ({ index, kind: 'copied', evidence: {
    key, url, sizeBytes: 1, crc32: '00000000', source: {}, proof: 'written', generation: batch.generation, tries: 1,
    durationMs: 1, worker: 'w', at: new Date().toISOString() } }));
  return { format: 1, type: 'batch', end: 'finished', outcomes, isRecorded: false };
}
`;

const { signal } = new AbortController();
const closers: (() => Promise<unknown>)[] = [];
let taskRoot = '';

function batchOf(...keys: readonly string[]): BatchMessage {
  const files = keys.map((key, index): FileTask => {
    const url = `http://127.0.0.1/${key}`;
    const headers = { contentType: 'video/mp2t', cacheControl: 'no-store' };
    return { index, key, url, fetchUrl: url, role: 'segment', tries: 0, ...headers };
  });
  return { format: 1, id: '0', video: 'v', generation: 'g', files, existing: 'verify', sha256: false };
}

const shape = (): FunctionShape => ({
  taskRoot,
  handler: 'misbehaving.handler',
  memoryMb: 256,
  timeoutMs: 2_000,
  env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
});

async function openFront(options: Partial<FrontOptions> = {}, changes: Partial<FunctionShape> = {}) {
  const front = await startLambdaFront({
    backend: openPool({ ...shape(), environments: 2, limitsMemory: true, ...changes }),
    ...options,
  });
  closers.push(() => front.stop());
  return front;
}

/** Runs a batch at an endpoint, and tells all that came of it. */
async function runAt(endpoint: string, batch: BatchMessage, { functionName = 'function', patienceMs = 60_000 } = {}) {
  const [outcomes, troubles, uses]: [Outcome[], Trouble[], FunctionRequest[]] = [[], [], []];
  const { executor } = await openLambdaExecutor(
    {
      lambda: { functionName, endpoint, maxBatches: 1, prices: defaultPrices },
      concurrency: 4,
      limits: openLimits({}),
      patienceMs,
      proxies: { bypass: [] },
    },
    {
      source: loopbackSource,
      destination: {
        name: 's3://b/p',
        store: { kind: 's3', bucket: 'bucket', prefix: '', region: 'us-east-1', connections: 1 },
      },
      capabilities: allCapabilities,
    },
    { onUse: (use) => uses.push(use), onTrouble: (trouble) => troubles.push(trouble), signal },
  );
  closers.push(() => executor.close());
  const end: BatchEnd = await executor.run(batch, {
    drain: signal,
    signal,
    onOutcomes: async (some) => void outcomes.push(...some),
  });
  return { end, outcomes, troubles, uses };
}

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  taskRoot = await mkdtemp(join(tmpdir(), 'flants-function-'));
  await writeFile(join(taskRoot, 'misbehaving.mjs'), misbehaving);
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(taskRoot, { recursive: true });
});

const deaths = [
  ['throw', 'threw'],
  ['reject', 'exited'],
  ['exit', 'exited'],
  ['hang', 'timed-out'],
  ['big', 'answer-too-large'],
] as const;

describe.skipIf(!hasRuntime)('an invocation of a function in a runtime process', () => {
  it('brings the outcomes of its files, and what it costs', async () => {
    const { endpoint } = await openFront();
    const { end, outcomes, uses } = await runAt(endpoint, batchOf('a', 'b'));
    expect(end).toBe('finished');
    expect(outcomes.map(({ index, kind }) => [index, kind])).toEqual([
      [0, 'copied'],
      [1, 'copied'],
    ]);
    expect(uses).toEqual([{ kind: 'ran', billedMs: expect.any(Number), memoryMb: 256 }]);
  });

  it.each([...deaths, ['hoard', 'out-of-memory']] as const)('ends a batch as lost on %s: %s', async (deed, death) => {
    const { endpoint } = await openFront({}, deed === 'hoard' ? { timeoutMs: 20_000 } : {});
    const { end, outcomes, troubles, uses } = await runAt(endpoint, batchOf(deed, 'b'));
    expect(end).toBe('worker-lost');
    expect(outcomes).toEqual([]);
    expect(uses).toMatchObject([{ kind: 'ran', death }]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]?.log).toContain(`about to ${deed}`);
    expect(troubles[0]?.log?.length).toBeLessThanOrEqual(4_096);
  });

  it('has the file to blame where it had one only', async () => {
    const { endpoint } = await openFront();
    const { end, outcomes } = await runAt(endpoint, batchOf('exit'));
    expect(end).toBe('worker-lost');
    expect(outcomes).toMatchObject([{ index: 0, kind: 'failed', failure: { failure: { code: 'worker.lost' } } }]);
  });

  it.each([
    ['lose', 'connection-lost'],
    ['cut', 'answer-unreadable'],
  ] as const)('ends a batch as lost where its answer does: %s', async (kind, death) => {
    const { endpoint } = await openFront({ fault: ({ number }) => (number === 2 ? { kind } : undefined) });
    const { end, uses } = await runAt(endpoint, batchOf('a', 'b'));
    expect(end).toBe('worker-lost');
    expect(uses).toMatchObject([{ kind: 'ran', death }]);
  });

  it.each([
    'ConcurrentInvocationLimitExceeded',
    'ReservedFunctionConcurrentInvocationLimitExceeded',
    'FunctionInvocationRateLimitExceeded',
    'ReservedFunctionInvocationRateLimitExceeded',
    'CallerRateLimitExceeded',
    'ConcurrentSnapshotCreateLimitExceeded',
  ])('waits out a throttle, which costs nothing: %s', async (reason) => {
    const { endpoint } = await openFront({
      fault: ({ number }) => (number === 2 ? { kind: 'throttle', reason } : undefined),
    });
    const { end, outcomes, troubles, uses } = await runAt(endpoint, batchOf('a'));
    expect(end).toBe('finished');
    expect(outcomes).toHaveLength(1);
    expect(troubles).toEqual([{ message: `function is throttled: ${reason}` }]);
    expect(uses.map(({ kind }) => kind)).toEqual(['throttled', 'ran']);
  });

  it('waits out trouble of the service, at its start as well', async () => {
    const { endpoint } = await openFront({
      fault: ({ number }) => (number === 1 || number === 3 ? { kind: 'trouble' } : undefined),
    });
    const { end, uses } = await runAt(endpoint, batchOf('a'));
    expect(end).toBe('finished');
    expect(uses.map(({ kind }) => kind)).toEqual(['unavailable', 'ran']);
  });

  it('does not wait for ever', async () => {
    const { endpoint } = await openFront({
      fault: ({ number }) => (number > 1 ? { kind: 'throttle', reason: 'CallerRateLimitExceeded' } : undefined),
    });
    await expect(runAt(endpoint, batchOf('a'), { patienceMs: 0 })).rejects.toMatchObject({
      code: 'executor.unreachable',
    });
  });

  it('comes after a greeting that is sent again where its answer was lost', async () => {
    const { endpoint, counts } = await openFront({
      fault: ({ number }) => (number === 1 ? { kind: 'lose' } : undefined),
    });
    expect(await runAt(endpoint, batchOf('a'))).toMatchObject({ end: 'finished', outcomes: [{ kind: 'copied' }] });
    expect(counts).toMatchObject({ invoked: 3, run: 3 });
  });

  it('is split where the service finds it too large', async () => {
    const refusal = { kind: 'refuse', status: 413, error: 'RequestTooLargeException', message: 'too large' } as const;
    const { endpoint } = await openFront({
      fault: ({ event }) => ((event.batch?.files.length ?? 0) > 2 ? refusal : undefined),
    });
    const { end, outcomes } = await runAt(endpoint, batchOf('a', 'b', 'c', 'd', 'e'));
    expect(end).toBe('finished');
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe.skipIf(!hasRuntime)('a function that cannot be run', () => {
  const refused = async (endpoint: string, options = {}): Promise<{ code: string; message: string }> =>
    runAt(endpoint, batchOf('a'), options).then(
      () => expect.unreachable(),
      (error: unknown) => failureOf(error),
    );

  it('halts the run, and says what mends it', async () => {
    const { endpoint } = await openFront();
    expect(await refused(endpoint, { functionName: 'other' })).toMatchObject({ code: 'executor.no-function' });
    const denied = { kind: 'refuse', status: 403, error: 'AccessDeniedException', message: 'not you' } as const;
    const denying = await openFront({ fault: () => denied });
    const failure = await refused(denying.endpoint);
    expect(failure.code).toBe('executor.denied');
    expect(failure.message).toContain('lambda:InvokeFunction');
  });

  it('is told from one that is not ours, or does not start', async () => {
    const { endpoint } = await openFront();
    expect(await runAt(endpoint, batchOf('other')).catch(failureOf)).toMatchObject({ code: 'executor.unusable' });
    const broken = await openFront({}, { handler: 'nothing.handler' });
    const failure = await refused(broken.endpoint);
    expect(failure).toMatchObject({ code: 'executor.unusable' });
    expect(failure.message).toContain('flants lambda bundle');
  });

  it('is not waited for where nobody listens', { timeout: 60_000 }, async () => {
    const failure = await refused(`http://127.0.0.1:${await freePort()}`);
    expect(failure).toMatchObject({ code: 'executor.unreachable' });
  });
});

describe.skipIf(!hasEmulator)("an invocation at AWS's emulator", () => {
  const start = async (): Promise<string> => {
    const emulator = await startEmulator(shape());
    closers.push(() => emulator.stop());
    return emulator.endpoint;
  };

  it('brings the outcomes of its files', async () => {
    expect(await runAt(await start(), batchOf('a'))).toMatchObject({ end: 'finished', outcomes: [{ kind: 'copied' }] });
  });

  it.each(deaths)('ends a batch as lost on %s: %s', async (deed, death) => {
    const { end, uses } = await runAt(await start(), batchOf(deed, 'b'));
    expect(end).toBe('worker-lost');
    expect(uses).toMatchObject([{ kind: 'ran', death, memoryMb: 256 }]);
  });

  it('is refused for a function of another name', async () => {
    const end = runAt(await start(), batchOf('a'), { functionName: 'other' });
    await expect(end).rejects.toMatchObject({ code: 'executor.no-function' });
  });
});
