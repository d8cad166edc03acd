import { hostname } from 'node:os';
import { extname } from 'node:path';
import type { ServiceOptions } from '../../config/service-options.ts';
import { MiB } from '../../domain/units.ts';
import { batchesOfThread, createThreadExecutor } from '../../executor/threads.ts';
import type { AntData, AntExtra } from '../ant.ts';
import type { ClusterEngine } from './engine.ts';
import type { Cluster } from './cluster.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { fitToProcess, streamsOfThread } from '../fit-streams.ts';
import type { Streams } from '../fit-streams.ts';
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

/** Starts the transfer role, which copies batches on threads of this process. */
export async function startTransferRole(
  { queues }: Cluster,
  engine: ClusterEngine,
  options: ServiceOptions,
  { log }: Pick<ServiceHooks, 'log'>,
): Promise<RunningRole> {
  const streams = await fitToProcess(options, (message) => log.warn(message));
  const executor = createThreadExecutor<AntExtra>({
    worker: new URL(`../ant${extname(import.meta.filename)}`, import.meta.url),
    workerData: antData(engine, options, streams),
    threads: streams.threads,
    batchesPerThread: batchesOfThread(streamsOfThread(streams).most),
    spareBatches,
    extra: engine.destination.extra,
  });
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

/** Divides the limits of the process among its threads. */
function antData(
  { source, destination }: ClusterEngine,
  { bytesPerSecond }: ServiceOptions,
  processStreams: Streams,
): AntData {
  const { threads } = processStreams;
  const streams = streamsOfThread(processStreams);
  const connections = streams.most;
  const { store } = destination.setting;
  return {
    source: {
      ...source,
      connections,
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond: bytesPerSecond / threads }),
    },
    store: store.kind === 's3' ? { ...store, connections } : store,
    capabilities: destination.capabilities,
    streams,
    heldBytes: heldBytesOfThread,
    processName: `${hostname()}/${process.pid}`,
  };
}
