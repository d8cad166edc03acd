import { hostname } from 'node:os';
import { extname } from 'node:path';
import type { ServiceOptions } from '../../config/service-options.ts';
import { termsOf } from '../../config/spending-options.ts';
import { MiB, second } from '../../domain/units.ts';
import type { EngineContext } from '../../engine/context.ts';
import { repeat } from '../../engine/repeat.ts';
import type { Executor } from '../../executor/executor.ts';
import { addFunctionCost } from './function-cost.ts';
import type { ClusterEngine } from './engine.ts';
import type { Cluster } from './cluster.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import type { LambdaRunOptions } from '../functions/executor.ts';
import { storeRequestsOf } from '../limits.ts';
import type { ProcessLimits } from '../limits.ts';
import { credentialsForThreads, openThreads } from '../open/threads.ts';
import type { CopyPlaces } from '../open/threads.ts';
import { startTransfers } from '../../engine/workers.ts';

/** Each thread takes one more batch than its share of the backlog, for the fresh lane. */
const spareBatches = 1;

/** Bytes of bodies that one batch may hold at a time. It converts a cap on bytes in flight into a cap on batches. */
export const heldBytesOfBatch = 24 * MiB;

/** How often the sum over all processes grows by what functions cost here. */
const costEveryMs = 2 * second;

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

/** Options of the transfer role. */
type TransferOptions = Omit<ServiceOptions, 'limits'> & { readonly limits: ProcessLimits };

/** Starts the transfer role, which copies batches on threads of this process, or by functions of AWS Lambda. */
export async function startTransferRole(
  cluster: Cluster,
  engine: ClusterEngine,
  options: TransferOptions,
  hooks: Pick<ServiceHooks, 'log' | 'signal' | 'metrics'>,
): Promise<RunningRole> {
  const { queues } = cluster;
  const { lambda } = options;
  const { executor, onWrote } = await (lambda
    ? openFunctions(cluster, engine, { ...options, lambda }, hooks)
    : openProcessThreads(engine, options, hooks));
  if (options.spending) await cluster.spending.offerTerms(termsOf(options.spending, options.destination));
  const workers = startTransfers(withWrites(engine.context, onWrote), executor);
  const assert = (): Promise<void> => queues.limitBatches(batchCapOf(options));
  return {
    assert,
    async stop() {
      await workers.stop();
      await executor.close();
    },
  };
}

/** What copies batches. */
interface Transfers {
  readonly executor: Executor;
  /** To be told the size of each object that was written. */
  readonly onWrote?: (sizeBytes: number) => void;
}

async function openProcessThreads(
  engine: ClusterEngine,
  options: TransferOptions,
  { log }: Pick<ServiceHooks, 'log'>,
): Promise<Transfers> {
  const executor = await openThreads({ ...placesOf(engine), ...storeRequestsOf(options.limits) }, options, {
    worker: new URL(`../ant${extname(import.meta.filename)}`, import.meta.url),
    heldBytesOf: () => heldBytesOfThread,
    spareBatches,
    // A process that has nothing to copy needs none.
    startsLate: true,
    processName: `${hostname()}/${process.pid}`,
    extra: await credentialsForThreads(engine.source, engine.destination.extra),
    onReduced: (message) => log.warn(message),
  });
  return { executor };
}

async function openFunctions(
  { journalPlace, redis, redisNames, spending }: Cluster,
  engine: ClusterEngine,
  options: TransferOptions & LambdaRunOptions,
  { log, signal, metrics }: Pick<ServiceHooks, 'log' | 'signal' | 'metrics'>,
): Promise<Transfers> {
  if (!journalPlace) throw new Error('a transfer over a journal that is only read');
  const parts = { ...placesOf(engine), journal: journalPlace };
  const { openLambdaExecutor } = await import('../functions/executor.ts');
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
  const addCost = addFunctionCost(redis, redisNames.functions, meter);
  spending.onEnd(addCost);
  const stopAdding = repeat(costEveryMs, async () => {
    metrics.functionDollars(meter.cost().dollars);
    await addCost();
  });
  const close = async (): Promise<void> => {
    stopAdding();
    // A server that is away would be waited for.
    if (redis.status === 'ready') await addCost().catch(() => undefined);
    await executor.close();
  };
  return { executor: { ...executor, close }, onWrote: (sizeBytes) => meter.wrote(sizeBytes) };
}

function placesOf({ source, destination: { setting, capabilities } }: ClusterEngine): CopyPlaces {
  return { source, destination: setting, capabilities };
}

/** Tells of each object that an answer says was written. */
function withWrites(context: EngineContext, onWrote: Transfers['onWrote']): EngineContext {
  if (!onWrote) return context;
  const onOutcome: EngineContext['hooks']['onOutcome'] = (video, outcome) => {
    if (outcome.kind === 'copied') onWrote(outcome.evidence.sizeBytes);
    context.hooks.onOutcome(video, outcome);
  };
  return { ...context, hooks: { ...context.hooks, onOutcome } };
}
