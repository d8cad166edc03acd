import type { Executor } from '../../executor/executor.ts';
import { batchesOfThread, createThreadExecutor } from '../../executor/threads.ts';
import type { ThreadsOptions } from '../../executor/threads.ts';
import type { StoreCapabilities } from '../../storage/object-store.ts';
import type { AntData, AntExtra } from '../ant.ts';
import type { S3Credentials } from '../../storage/s3/credentials.ts';
import { sourceCredentials } from '../../storage/s3/source-credentials.ts';
import type { SharedRate } from '../../storage/shared-rate.ts';
import type { SourceSpec } from '../connect.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { fitToProcess, streamsOfThread } from '../fit-streams.ts';

/**
 * Credentials for threads.
 *
 * @param ofStore - of the destination. Undefined if it needs none
 * @throws {FlantsError} `source.denied` if a bucket was named as a source, and there are no credentials for it
 */
export async function credentialsForThreads(
  { buckets, proxies }: SourceSpec,
  ofStore: () => Promise<S3Credentials | undefined>,
): Promise<() => Promise<AntExtra>> {
  const ofSource =
    buckets && buckets.named.length > 0 ? sourceCredentials(buckets.profile, proxies) : async () => undefined;
  await ofSource();
  return async () => ({ store: await ofStore(), source: await ofSource() });
}

/** Where files are copied from and to. */
export interface CopyPlaces {
  readonly source: SourceSpec;
  readonly destination: DestinationSetting;
  readonly capabilities: StoreCapabilities;
  /** Requests to the destination. Absent: no limit. */
  readonly storeRequests?: SharedRate;
}

/** Limits of a process, which its threads share. */
export interface ThreadLimits {
  readonly threads: number;
  /** Files in flight at the most. Absent: nobody said. */
  readonly concurrency?: number;
}

/** How the threads of a process are run. */
export interface ThreadSettings
  extends
    Pick<AntData, 'processName'>,
    Pick<ThreadsOptions<AntExtra>, 'worker' | 'spareBatches' | 'startsLate' | 'extra'> {
  /** Bytes of bodies that one of so many threads may hold. */
  readonly heldBytesOf: (threads: number) => number;
  /** The process may open less than it wants. */
  readonly onReduced: (message: string) => void;
}

/**
 * Opens an executor on threads of this process. Its limits are divided among them.
 *
 * @throws {FlantsError} as `fitToProcess`
 */
export async function openThreads(
  { source, destination: { store }, capabilities, storeRequests }: CopyPlaces,
  limits: ThreadLimits,
  { heldBytesOf, processName, onReduced, ...pool }: ThreadSettings,
): Promise<Executor> {
  const fitted = await fitToProcess(limits, onReduced);
  const { threads } = fitted;
  const streams = streamsOfThread(fitted);
  const connections = streams.most;
  const workerData: AntData = {
    source: { ...source, connections },
    store: store.kind === 's3' ? { ...store, connections } : store,
    capabilities,
    ...(storeRequests ? { storeRequests } : {}),
    streams,
    heldBytes: heldBytesOf(threads),
    ...(processName === undefined ? {} : { processName }),
  };
  return createThreadExecutor<AntExtra>({
    ...pool,
    workerData,
    threads,
    batchesPerThread: batchesOfThread(streams.most),
  });
}
