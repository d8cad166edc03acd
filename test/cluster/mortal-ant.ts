import { workerData } from 'node:worker_threads';
import { connectSource } from '../../src/app/connect.ts';
import type { FromThread, ThreadTask, ToThread } from '../../src/executor/thread-protocol.ts';
import type { Source } from '../../src/storage/source.ts';
import { createBudget } from '../../src/transfer/budget.ts';
import { transferBatch } from '../../src/transfer/transfer-batch.ts';
import { openS3At } from '../servers/open-s3.ts';
import type { S3Server } from '../servers/s3-server.ts';

/** What a mortal thread is given once. */
export interface MortalAntData {
  readonly server: Omit<S3Server, 'stop'>;
  readonly prefix: string;
  /** A URL that ends like this is poison. */
  readonly poison: string;
}

const { server, prefix, poison } = workerData as MortalAntData;
const source = connectSource({ headers: [], connections: 4, timeoutMs: 10_000, allowsFiles: false });

/** Fetches as the real one does, but for the poison: then the whole thread dies, with all it has in hand. */
const poisonous: Source = {
  ...source,
  fetch: (url, options) => (url.endsWith(poison) ? process.exit(1) : source.fetch(url, options)),
};

const ports = {
  source: poisonous,
  store: openS3At({ ...server, stop: () => Promise.resolve() }, prefix),
  slots: createBudget(4),
  bytes: createBudget(1_000_000),
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
  const end = await transferBatch(message, ports, {
    drain: drain.signal,
    signal: abort.signal,
    onOutcome: (outcome) => say({ type: 'outcomes', outcomes: [outcome] }),
  });
  say({ type: 'end', end });
  port.close();
}
