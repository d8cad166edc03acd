import { hostname } from 'node:os';
import { extname } from 'node:path';
import type { ServiceOptions } from '../../config/service-options.ts';
import { MiB } from '../../domain/units.ts';
import type { Executor } from '../../executor/executor.ts';
import type { ClusterEngine } from './engine.ts';
import type { Cluster } from './cluster.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import type { FunctionMeter } from '../function-meter.ts';
import { openLambdaExecutor } from '../lambda-executor.ts';
import type { LambdaRunOptions } from '../lambda-executor.ts';
import { openThreads } from '../open-threads.ts';
import type { CopyPlaces } from '../open-threads.ts';
import { startTransfers } from '../../engine/workers.ts';

/** Each thread takes one more batch than its share of the backlog, for the fresh lane. */
const spareBatches = 1;

/** Bytes of bodies that one batch may hold at a time. It converts a cap on bytes in flight into a cap on batches. */
export const heldBytesOfBatch = 24 * MiB;

/** Bytes of bodies that all batches of a thread may hold at a time. */
const heldBytesOfThread = 3 * heldBytesOfBatch;

/** Returns the number of active batches that both caps allow. Undefined if there is no cap. */
export function batchCapOf({
  maxBatches,
  maxBytesInFlight,
}: Pick<ServiceOptions, 'maxBatches' | 'maxBytesInFlight'>): number | undefined {
  const byBytes =
    maxBytesInFlight === undefined ? Infinity : Math.max(1, Math.floor(maxBytesInFlight / heldBytesOfBatch));
  const cap = Math.min(maxBatches ?? Infinity, byBytes);
  return cap === Infinity ? undefined : cap;
}

/** Starts the transfer role, which copies batches on threads of this process, or by functions of AWS Lambda. */
export async function startTransferRole(
  cluster: Cluster,
  engine: ClusterEngine,
  options: ServiceOptions,
  hooks: Pick<ServiceHooks, 'log' | 'signal' | 'metrics'>,
): Promise<RunningRole> {
  const { queues } = cluster;
  const { lambda } = options;
  const executor = await (lambda
    ? openFunctions(cluster, engine, { ...options, lambda }, hooks)
    : openThreads(placesOf(engine), options, {
        worker: new URL(`../ant${extname(import.meta.filename)}`, import.meta.url),
        heldBytesOf: () => heldBytesOfThread,
        spareBatches,
        processName: `${hostname()}/${process.pid}`,
        extra: engine.destination.extra,
        onReduced: (message) => hooks.log.warn(message),
      }));
  const workers = startTransfers(engine.context, executor);
  const assert = (): Promise<void> => queues.limitBatches(batchCapOf(options));
  return {
    assert,
    async stop() {
      await workers.stop();
      await executor.close();
    },
  };
}

async function openFunctions(
  { journalPlace }: Cluster,
  engine: ClusterEngine,
  options: ServiceOptions & LambdaRunOptions,
  { log, signal, metrics }: Pick<ServiceHooks, 'log' | 'signal' | 'metrics'>,
): Promise<Executor> {
  const parts = { ...placesOf(engine), journal: journalPlace };
  const { executor, hello, meter } = await openLambdaExecutor(options, parts, {
    onUse: (use) => metrics.functions(use),
    onTrouble: ({ message, log: tail }) => log.warn(message, tail === undefined ? {} : { log: tail }),
    signal,
  });
  log.info('files are copied by functions of AWS Lambda', {
    function: options.lambda.functionName,
    functions: executor.concurrency,
    memoryMb: hello.memoryMb,
    timeoutMs: hello.timeoutMs,
    version: hello.version,
  });
  return metered(executor, meter, metrics);
}

function placesOf({ source, destination: { setting, capabilities } }: ClusterEngine): CopyPlaces {
  return { source, destination: setting, capabilities };
}

/** Counts what functions write, and tells what they have cost so far. */
function metered(executor: Executor, meter: FunctionMeter, metrics: ServiceHooks['metrics']): Executor {
  return {
    concurrency: executor.concurrency,
    lanes: executor.lanes,
    run: async (message, options) => {
      const onOutcomes: typeof options.onOutcomes = (outcomes, evidence) => {
        for (const outcome of outcomes) if (outcome.kind === 'copied') meter.wrote(outcome.evidence.sizeBytes);
        return options.onOutcomes(outcomes, evidence);
      };
      const end = await executor.run(message, { ...options, onOutcomes });
      metrics.functionDollars(meter.cost().dollars);
      return end;
    },
    close: () => executor.close(),
  };
}
