import { workerData } from 'node:worker_threads';
import { connectSource } from '../../src/app/connect.ts';
import { loopbackSource } from './loopback-source.ts';
import type { FromThread, ThreadTask, ToThread } from '../../src/executor/thread-protocol.ts';
import { openFolderStore } from '../../src/storage/folder/store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { Source } from '../../src/storage/source.ts';
import type { AntPorts } from '../../src/transfer/ant-ports.ts';
import { createHeldBytes } from '../../src/transfer/held-bytes.ts';
import { createSlots } from '../../src/transfer/slots.ts';
import { fixedStreamLimit } from '../engine/fixed-stream-limit.ts';
import { transferBatch } from '../../src/transfer/transfer-batch.ts';
import { openS3At } from './open-s3.ts';
import type { S3Server } from './s3-server.ts';

/** How a thread ends that swallows poison. */
export type Death = 'exit' | 'uncaught error';

/** Where a mortal thread writes: a folder, or a prefix of a bucket. */
export type MortalDestination =
  | { readonly folder: string }
  | { readonly server: Omit<S3Server, 'stop'>; readonly prefix: string };

/** What a mortal thread is given once. */
export interface MortalAntData {
  readonly destination: MortalDestination;
  readonly death: Death;
  /** A URL that ends like this is poison. */
  readonly poison: string;
}

const { destination, death, poison } = workerData as MortalAntData;

/** Fetches as the real one does, but for the poison: then the whole thread dies, with all it has in hand. */
function poisonous(source: Source): Source {
  return {
    ...source,
    fetch: (url, options) => {
      if (!url.endsWith(poison)) return source.fetch(url, options);
      if (death === 'exit') process.exit(1);
      setImmediate(() => {
        throw new Error('poisoned');
      });
      return new Promise(() => undefined);
    },
  };
}

function storeOf(where: MortalDestination): ObjectStore {
  if ('folder' in where) return openFolderStore({ path: where.folder });
  return openS3At({ ...where.server, stop: () => Promise.resolve() }, where.prefix);
}

const ports: AntPorts = {
  source: poisonous(connectSource(loopbackSource)),
  store: storeOf(destination),
  slots: createSlots(fixedStreamLimit(4)),
  bytes: createHeldBytes(1_000_000),
  now: Date.now,
  worker: 'mortal',
};

/** A worker for `createThreadExecutor` that does its work until it meets poison. */
export async function run({ message, port }: ThreadTask<undefined>): Promise<void> {
  const [drain, abort] = [new AbortController(), new AbortController()];
  port.on('message', (told: ToThread<undefined>) => {
    if (told.type === 'drain') drain.abort();
    if (told.type === 'abort') abort.abort();
  });
  const say = (said: FromThread): void => port.postMessage(said);
  say({ type: 'begun' });
  const end = await transferBatch(message, ports, {
    drain: drain.signal,
    signal: abort.signal,
    onOutcome: (outcome) => say({ type: 'outcomes', outcomes: [outcome] }),
  });
  say({ type: 'end', end });
  port.close();
}
