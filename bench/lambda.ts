import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { functionSettings } from '../src/app/functions/settings.ts';
import { openLambdaExecutor } from '../src/app/functions/executor.ts';
import { openLimits } from '../src/app/limits.ts';
import type { BatchMessage } from '../src/domain/batch.ts';
import { defaultPrices } from '../src/domain/cost/prices.ts';
import type { Executor } from '../src/executor/executor.ts';
import type { BatchRequest, HelloRequest } from '../src/executor/lambda/message.ts';
import { readAnswer } from '../src/executor/lambda/message.ts';
import { createThreadExecutor } from '../src/executor/threads.ts';
import { allCapabilities } from '../test/contract/object-store/bench.ts';
import { syntheticFiles } from '../test/media/synthetic.ts';
import { buildFunction, functionHandler } from '../test/servers/function-code.ts';
import { startEnvironment } from '../test/servers/lambda-environment.ts';
import { loopbackSource } from '../test/servers/loopback-source.ts';
import { startOrigin } from '../test/servers/origin.ts';
import { startVersitygw } from '../test/servers/versitygw.ts';
import { inMiB, median, tableOf } from './figures.ts';
import { batchOf } from './noop-outcomes.ts';
import { tell } from './results.ts';

const heldInvocations = 950;
const heldMs = 10_000;
const overheadBatches = 300;
const starts = 10;
const fileBytes = 16 * 1024;
const { signal } = new AbortController();

/**
 * What dispatching to functions costs, and how fast one starts. It runs the sources: the figures are those of the executor
 * and not of a whole copy.
 */
export async function lambda(): Promise<void> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
  await heldOpen();
  await overhead();
  await coldStarts();
}

/** The dispatcher with many invocations in flight, and all answered at once. */
async function heldOpen(): Promise<void> {
  const { child, endpoint } = await startFront();
  const executor = await openAt(endpoint);
  await runBatch(executor, batchOf('warm'));
  const before = process.memoryUsage().rss;
  child.send('hold');
  await once(child, 'message');
  const runs = Array.from({ length: heldInvocations }, (_, at) => runBatch(executor, batchOf(`held-${at}`)));
  while ((await inFlight(child)) < heldInvocations) await sleep(50);
  const idle = process.cpuUsage();
  await sleep(heldMs);
  const holding = cpuMsSince(idle) / heldMs;
  const rss = process.memoryUsage().rss;
  const sockets = await countSockets();
  const [startedAt, busy] = [performance.now(), process.cpuUsage()];
  child.send('release');
  await Promise.all(runs);
  const answered = { ms: performance.now() - startedAt, cpuMs: cpuMsSince(busy) };
  await executor.close();
  child.disconnect();
  console.log(
    `${heldInvocations} invocations held open: ${(holding * 100).toFixed(1)} % of a core, ${inMiB(rss)} (${inMiB(rss - before)} more than before), ${sockets} sockets; ` +
      `all answered at once: ${heldInvocations * 100} outcomes in ${Math.round(answered.ms)} ms, ${Math.round(answered.cpuMs)} ms of CPU\n`,
  );
  console.log(
    JSON.stringify({
      bench: 'lambda-held',
      invocations: heldInvocations,
      cpuShare: holding,
      rss,
      sockets,
      ...answered,
    }),
  );
}

/** What one batch of a hundred files costs that copies nothing, by functions and on a thread. */
async function overhead(): Promise<void> {
  const { child, endpoint } = await startFront();
  const threads = createThreadExecutor<undefined>({
    worker: new URL('./noop-ant.ts', import.meta.url),
    workerData: undefined,
    threads: 1,
    extra: () => Promise.resolve(undefined),
  });
  const executors = { 'AWS Lambda': await openAt(endpoint), threads } as const;
  const rows = [['a batch of 100 files', 'median ms', 'CPU ms']];
  const figures: Record<string, { ms: number; cpuMs: number }> = {};
  for (const [name, executor] of Object.entries(executors)) {
    for (let at = 0; at < 50; at++) await runBatch(executor, batchOf(`warm-${at}`));
    const took: number[] = [];
    const cpu = process.cpuUsage();
    for (let at = 0; at < overheadBatches; at++) {
      const startedAt = performance.now();
      await runBatch(executor, batchOf(`batch-${at}`));
      took.push(performance.now() - startedAt);
    }
    const cpuMs = cpuMsSince(cpu) / overheadBatches;
    figures[name] = { ms: median(took), cpuMs };
    rows.push([name, median(took).toFixed(2), cpuMs.toFixed(2)]);
  }
  await Promise.all(Object.values(executors).map((executor) => executor.close()));
  child.disconnect();
  console.log(`${tableOf(rows)}\n`);
  tell({ bench: 'lambda-overhead', batches: overheadBatches, ...figures });
}

/** Size of the function, and how long a runtime process takes to its first answer and through its first batch. */
async function coldStarts(): Promise<void> {
  const taskRoot = await buildFunction();
  const { size } = await stat(join(taskRoot, 'flants.mjs'));
  const files = [...syntheticFiles({ videos: 1, filesPerVideo: 100, fileBytes, seed: 'cold' })];
  const origin = await startOrigin({ files: Object.fromEntries(files.map(({ path, body }) => [path, body])) });
  const store = await startVersitygw({ parent: tmpdir() });
  const settings = functionSettings({
    source: loopbackSource,
    destination: {
      name: store.bucket,
      store: {
        kind: 's3',
        bucket: store.bucket,
        prefix: '',
        region: store.region,
        endpoint: store.endpoint,
        connections: 1,
      },
    },
    capabilities: allCapabilities,
  });
  const [hello, first, second]: number[][] = [[], [], []];
  try {
    for (let start = 0; start < starts; start++) {
      const startedAt = performance.now();
      const environment = await startEnvironment({
        taskRoot,
        handler: functionHandler,
        memoryMb: 1_769,
        timeoutMs: 60_000,
        env: { AWS_ACCESS_KEY_ID: store.accessKeyId, AWS_SECRET_ACCESS_KEY: store.secretAccessKey },
      });
      const ask = async (request: HelloRequest | BatchRequest<unknown>): Promise<number> => {
        const askedAt = performance.now();
        const end = await environment.invoke(Buffer.from(JSON.stringify(request)), `request-${start}`);
        const answer = end.kind === 'response' ? readAnswer(JSON.parse(end.body.toString())) : undefined;
        if (!answer || answer.type === 'refused') throw new Error(`the function answered with ${JSON.stringify(end)}`);
        return performance.now() - askedAt;
      };
      await ask({ format: 1, type: 'hello' });
      hello?.push(performance.now() - startedAt);
      for (const [times, name] of [
        [first, 'a'],
        [second, 'b'],
      ] as const) {
        const batch = copyOf(batchOf(`${name}-${start}`), origin.url, files);
        times?.push(await ask({ format: 1, type: 'batch', batch, settings, budget: { connections: 32 } }));
      }
      await environment.stop();
    }
  } finally {
    await Promise.all([origin.stop(), store.stop()]);
  }
  const [coldMs, firstMs, secondMs] = [hello, first, second].map((times) => median(times ?? []));
  console.log(
    `the function: ${(size / 1e6).toFixed(2)} MB; medians of ${starts} runtime processes: ${Math.round(coldMs ?? 0)} ms from the start of Node to the first answer, ` +
      `${Math.round(firstMs ?? 0)} ms for its first batch of 100 files of ${fileBytes / 1024} KiB, ${Math.round(secondMs ?? 0)} ms for its second\n`,
  );
  tell({ bench: 'lambda-start', sizeBytes: size, coldMs, firstMs, secondMs, starts });
}

/** The batch, with files that an origin has, to keys of its own. */
function copyOf(batch: BatchMessage, url: string, files: readonly { readonly path: string }[]): BatchMessage {
  const located = batch.files.map((file, at) => {
    const from = `${url}${files[at]?.path ?? ''}`;
    return { ...file, key: `${batch.id}/${at}.ts`, url: from, fetchUrl: from };
  });
  return { ...batch, files: located };
}

async function startFront(): Promise<{ readonly child: ChildProcess; readonly endpoint: string }> {
  const child = fork(new URL('./lambda-noop-front.ts', import.meta.url));
  const [{ endpoint }] = (await once(child, 'message')) as [{ endpoint: string }];
  return { child, endpoint };
}

async function inFlight(child: ChildProcess): Promise<number> {
  child.send('count');
  const [message] = (await once(child, 'message')) as [{ inFlight: number }];
  return message.inFlight;
}

async function openAt(endpoint: string): Promise<Executor> {
  const where = { endpoint, functionName: 'function', maxBatches: heldInvocations, prices: defaultPrices };
  const bucket = { kind: 's3', bucket: 'media', prefix: 'vod', region: 'us-east-1', connections: 32 } as const;
  const { executor } = await openLambdaExecutor(
    { lambda: where, concurrency: 32, limits: openLimits({}), patienceMs: 60_000, proxies: { bypass: [] } },
    { source: loopbackSource, destination: { name: 's3://media/vod', store: bucket }, capabilities: allCapabilities },
    { onTrouble: ({ message }) => console.log(message), signal },
  );
  return executor;
}

async function runBatch(executor: Executor, batch: BatchMessage): Promise<void> {
  let count = 0;
  const onOutcomes = async (outcomes: readonly unknown[]): Promise<void> => void (count += outcomes.length);
  const end = await executor.run(batch, { drain: signal, signal, onOutcomes });
  if (end !== 'finished' || count !== batch.files.length) throw new Error(`${batch.id} ended as ${end} with ${count}`);
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function countSockets(): Promise<number> {
  const folder = '/proc/self/fd';
  const names = await readdir(folder);
  const targets = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}
