import { threadId, workerData } from 'node:worker_threads';
import type { Outcome } from '../domain/outcome.ts';
import { MiB } from '../domain/units.ts';
import type { FromThread, ThreadTask, ToThread } from '../executor/thread-protocol.ts';
import type { StoreCapabilities } from '../storage/object-store.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import type { AntPorts } from '../transfer/ant-ports.ts';
import { recycleBuffers } from '../transfer/body-buffers.ts';
import { createBudget } from '../transfer/budget.ts';
import { transferBatch } from '../transfer/transfer-batch.ts';
import { connectSource, connectStore } from './connect.ts';
import type { SourceSpec, StoreSpec } from './connect.ts';

/** What a thread is given once. */
export interface AntData {
  readonly source: SourceSpec;
  readonly store: StoreSpec;
  readonly capabilities: StoreCapabilities;
  /** Files in flight in this thread. */
  readonly slots: number;
  /** Bytes of bodies held in this thread. */
  readonly heldBytes: number;
  /** Tells this process from others, in the evidence. */
  readonly processName?: string;
}

/** What a thread is given anew with each batch and while it runs; absent where the store wants none. */
export type AntExtra = S3Credentials | undefined;

/** Outcomes are told in handfuls: a message for each would cost more than it tells. */
const tellEveryMs = 20;

/** Memory that waits in a thread for the next bodies. */
const maxIdleBytes = 8 * MiB;

let credentials: AntExtra;
let opened: AntPorts | undefined;

/** The worker's entry: copies a batch, tells outcomes as they come, and says last how it ended. */
export async function run({ message, extra, port }: ThreadTask<AntExtra>): Promise<void> {
  useCredentials(extra);
  opened ??= openPorts(workerData as AntData);
  const drain = new AbortController();
  const abort = new AbortController();
  port.on('message', (told: ToThread<AntExtra>) => {
    if (told.type === 'extra') useCredentials(told.extra);
    if (told.type === 'drain') drain.abort();
    if (told.type === 'abort') abort.abort();
  });

  const say = (said: FromThread): void => port.postMessage(said);
  let untold: Outcome[] = [];
  const tell = (): void => {
    if (untold.length > 0) say({ type: 'outcomes', outcomes: untold });
    untold = [];
  };
  const timer = setInterval(tell, tellEveryMs);
  try {
    const end = await transferBatch(message, opened, {
      drain: drain.signal,
      signal: abort.signal,
      onOutcome: (outcome) => untold.push(outcome),
    });
    tell();
    say({ type: 'end', end });
  } finally {
    clearInterval(timer);
    port.close();
    // A port lives until the next full collection, and would keep this batch with it.
    port.removeAllListeners();
  }
}

function openPorts({ source, store, capabilities, slots, heldBytes, processName }: AntData): AntPorts {
  const currentCredentials = (): Promise<S3Credentials> =>
    credentials ? Promise.resolve(credentials) : Promise.reject(new Error('this store was opened without credentials'));
  return {
    source: connectSource(source),
    store: connectStore(store, currentCredentials, capabilities),
    slots: createBudget(slots),
    bytes: createBudget(heldBytes),
    buffers: recycleBuffers(maxIdleBytes),
    now: Date.now,
    worker: `${processName === undefined ? '' : `${processName}/`}thread-${threadId}`,
  };
}

/** The signer derives its key once for each object of credentials: a copy of the same is not taken. */
function useCredentials(extra: AntExtra): void {
  if (!sameCredentials(credentials, extra)) credentials = extra;
}

function sameCredentials(a: AntExtra, b: AntExtra): boolean {
  return (
    a?.accessKeyId === b?.accessKeyId &&
    a?.secretAccessKey === b?.secretAccessKey &&
    a?.sessionToken === b?.sessionToken
  );
}
