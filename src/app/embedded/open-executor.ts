import { extname } from 'node:path';
import type { CopyOptions } from '../../config/copy-options.ts';
import { MiB } from '../../domain/units.ts';
import type { Executor } from '../../executor/executor.ts';
import { batchesOfThread, createThreadExecutor } from '../../executor/threads.ts';
import type { StoreCapabilities } from '../../storage/object-store.ts';
import type { AntData, AntExtra } from '../ant.ts';
import type { SourceSpec } from '../connect.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { fitToProcess, streamsOfThread } from '../fit-streams.ts';
import type { Streams } from '../fit-streams.ts';
import type { FunctionMeter } from '../function-meter.ts';
import { openLambdaExecutor } from '../lambda-executor.ts';
import { emit } from './emit.ts';
import type { CopyContext } from './report-run.ts';

/** Where files are copied from and to. */
interface Places {
  readonly source: SourceSpec;
  readonly destination: DestinationSetting;
  readonly capabilities: StoreCapabilities;
}

/** Bytes of bodies that all threads together hold in memory. */
const heldBytes = 96 * MiB;

/**
 * Opens what copies the files of a run: threads, or functions of AWS Lambda.
 *
 * @param extra - credentials for threads
 * @returns with a meter where it is paid by use
 * @throws {FlantsError} as `fitToProcess` and `openLambdaExecutor`
 */
export async function openExecutor(
  { options, hooks }: CopyContext,
  places: Places,
  extra: () => Promise<AntExtra>,
): Promise<{ readonly executor: Executor; readonly meter?: FunctionMeter }> {
  const { lambda } = options;
  if (lambda) {
    return openLambdaExecutor({ ...options, lambda }, places, {
      onTrouble: ({ message, log }) => emit(hooks, { type: 'warning', message, ...(log === undefined ? {} : { log }) }),
      signal: hooks.signal,
    });
  }
  const streams = await fitToProcess(options, (message) => emit(hooks, { type: 'warning', message }));
  const executor = createThreadExecutor<AntExtra>({
    worker: new URL(`../ant${extname(import.meta.filename)}`, import.meta.url),
    workerData: antData(options, streams, places),
    threads: streams.threads,
    batchesPerThread: batchesOfThread(streamsOfThread(streams).most),
    extra,
  });
  return { executor };
}

/** Settings of one thread. The limits of the run are divided among its threads. */
function antData(
  { bytesPerSecond }: CopyOptions,
  processStreams: Streams,
  { source, destination: { store }, capabilities }: Places,
): AntData {
  const { threads } = processStreams;
  const streams = streamsOfThread(processStreams);
  const connections = streams.most;
  return {
    source: {
      ...source,
      connections,
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond: bytesPerSecond / threads }),
    },
    store: store.kind === 's3' ? { ...store, connections } : store,
    capabilities,
    streams,
    heldBytes: Math.ceil(heldBytes / threads),
  };
}
