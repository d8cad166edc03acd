import { threadId, workerData } from 'node:worker_threads';
import type { Outcome } from '../domain/outcome.ts';
import { MiB } from '../domain/units.ts';
import type { FromThread, ThreadTask, ToThread } from '../executor/thread-protocol.ts';
import { breakSilence } from '../storage/circuit-breaker.ts';
import { noticeCrowding } from '../storage/crowding.ts';
import { paceOrigins } from '../storage/paced-source.ts';
import type { StoreCapabilities } from '../storage/object-store.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { sourceCredentials } from '../storage/s3/source-credentials.ts';
import type { AntPorts } from '../transfer/ant-ports.ts';
import { createBufferPool } from '../transfer/body-buffers.ts';
import { createHeldBytes } from '../transfer/held-bytes.ts';
import { createSlots } from '../transfer/slots.ts';
import { createStreamLimit } from '../transfer/stream-limit.ts';
import { transferBatch } from '../transfer/transfer-batch.ts';
import type { SharedRate } from '../storage/shared-rate.ts';
import { connectSource, connectStore } from './connect.ts';
import type { SourceSpec, StoreSpec } from './connect.ts';

/** Data that a thread gets once, when it starts. */
export interface AntData {
  readonly source: SourceSpec;
  readonly store: StoreSpec;
  readonly capabilities: StoreCapabilities;
  /** Requests to the store. Absent: no limit. */
  readonly storeRequests?: SharedRate;
  /** Files in flight in this thread: to begin with, and at the most. */
  readonly streams: { readonly first: number; readonly most: number };
  /** Bytes of bodies in the memory of this thread. */
  readonly heldBytes: number;
  /** Identifies this process in the evidence. */
  readonly processName?: string;
}

/**
 * Credentials that a thread gets with each batch, and again while the batch runs. Absent where none are needed.
 */
export interface AntExtra {
  readonly store?: S3Credentials | undefined;
  /** For buckets that are sources. */
  readonly source?: S3Credentials | undefined;
}

/** Outcomes are sent in groups, because a message for each file would cost too much. */
const flushEveryMs = 20;

/** Bytes of idle buffers that a thread keeps for the next bodies. */
const maxIdleBytes = 8 * MiB;

let credentials: AntExtra = {};
let ports: AntPorts | undefined;

/**
 * Entry point of the worker thread. Copies a batch, reports its outcomes as they occur, and last how the batch ended.
 */
export async function run({ message, extra, port }: ThreadTask<AntExtra>): Promise<void> {
  const send = (update: FromThread): void => port.postMessage(update);
  send({ type: 'begun' });
  useCredentials(extra);
  ports ??= openPorts(workerData as AntData);
  const drain = new AbortController();
  const abort = new AbortController();
  port.on('message', (received: ToThread<AntExtra>) => {
    if (received.type === 'extra') useCredentials(received.extra);
    if (received.type === 'drain') drain.abort();
    if (received.type === 'abort') abort.abort();
  });

  let unreported: Outcome[] = [];
  const flush = (): void => {
    if (unreported.length > 0) send({ type: 'outcomes', outcomes: unreported });
    unreported = [];
  };
  const timer = setInterval(flush, flushEveryMs);
  try {
    const end = await transferBatch(message, ports, {
      drain: drain.signal,
      signal: abort.signal,
      onOutcome: (outcome) => unreported.push(outcome),
    });
    flush();
    send({ type: 'end', end });
  } finally {
    clearInterval(timer);
    port.close();
    // A port lives until the next full garbage collection. With listeners it would hold this batch until then.
    port.removeAllListeners();
  }
}

function openPorts({ source, store, capabilities, storeRequests, streams, heldBytes, processName }: AntData): AntPorts {
  const storeCredentials = (): Promise<S3Credentials> =>
    credentials.store
      ? Promise.resolve(credentials.store)
      : Promise.reject(new Error('this store was opened without credentials'));
  // Of a bucket that nobody named at the start, but allowed, the thread finds its own.
  const { buckets, proxies } = source;
  const findOwn = sourceCredentials(buckets?.profile, proxies);
  const ofSource = (): Promise<S3Credentials> => (credentials.source ? Promise.resolve(credentials.source) : findOwn());
  return {
    source: paceOrigins(breakSilence(noticeCrowding(connectSource(source, ofSource)))),
    store: connectStore(store, {
      credentials: storeCredentials,
      proxies,
      capabilities,
      ...(storeRequests ? { requests: storeRequests } : {}),
    }),
    slots: createSlots(createStreamLimit({ ...streams, now: () => performance.now() })),
    bytes: createHeldBytes(heldBytes),
    buffers: createBufferPool(maxIdleBytes),
    now: Date.now,
    worker: `${processName === undefined ? '' : `${processName}/`}thread-${threadId}`,
  };
}

/** Ignores copies of the current credentials: the signer derives its key again for each new object. */
function useCredentials(extra: AntExtra): void {
  credentials = {
    store: isSame(credentials.store, extra.store) ? credentials.store : extra.store,
    source: isSame(credentials.source, extra.source) ? credentials.source : extra.source,
  };
}

function isSame(a: S3Credentials | undefined, b: S3Credentials | undefined): boolean {
  return (
    a?.accessKeyId === b?.accessKeyId &&
    a?.secretAccessKey === b?.secretAccessKey &&
    a?.sessionToken === b?.sessionToken
  );
}
