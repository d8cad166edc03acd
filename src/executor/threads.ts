import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { minute } from '../domain/units.ts';
import type { Executor, RunOptions } from './executor.ts';
import type { FromThread, ThreadTask, ToThread } from './thread-protocol.ts';

/** What the pool needs. */
export interface ThreadsOptions<Extra> {
  /** Module of the worker; it exports `run(task: ThreadTask<Extra>)`. */
  readonly worker: URL;
  /** Structured-cloneable; given to each thread once. */
  readonly workerData: unknown;
  readonly threads: number;
  /** Batches that a thread may have beside `batchesPerThread`, for work that must not wait for a place; none if absent. */
  readonly spareBatches?: number;
  /** Called before each batch, and each minute while it runs: what it gives may run out, as credentials do. */
  readonly extra: () => Promise<Extra>;
}

/** Far below the least for which anybody lends credentials. */
const extraEveryMs = minute;

/** Two batches a thread: one fills the gaps that the last files of the other leave. */
export const batchesPerThread = 2;

/** Bounds of a thread's heap, in MiB. Bodies live outside it; a small young generation keeps the process small. */
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 };

/**
 * Runs batches on threads of this process. A thread that dies is replaced; its batches end as `worker-lost`.
 * Those that want to be alone go one after another to a thread of their own, which is started for the first of them.
 */
export function createThreadExecutor<Extra>(options: ThreadsOptions<Extra>): Executor {
  const { threads, spareBatches = 0 } = options;
  const pool = openPool(options, { threads, batches: batchesPerThread + spareBatches });
  let cell: Piscina | undefined;
  const poolFor = ({ alone }: BatchMessage): Piscina => {
    if (alone !== true) return pool;
    cell ??= openPool(options, { threads: 1, batches: 1 });
    return cell;
  };
  return {
    concurrency: threads * batchesPerThread,
    run: (message, run) => runOnThread(poolFor(message), message, options.extra, run),
    close: async () => {
      await Promise.all([pool.destroy(), cell?.destroy()]);
    },
  };
}

function openPool<Extra>(
  { worker, workerData }: ThreadsOptions<Extra>,
  { threads, batches }: { readonly threads: number; readonly batches: number },
): Piscina {
  const pool = new Piscina({
    filename: worker.href,
    name: 'run',
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: batches,
    atomics: 'disabled',
    workerData,
    resourceLimits,
    recordTiming: false,
  });
  // A thread died that had no batch. It is replaced as all others are; unheard, the event would end the process.
  pool.on('error', () => undefined);
  return pool;
}

async function runOnThread<Extra>(
  pool: Piscina,
  message: BatchMessage,
  obtainExtra: () => Promise<Extra>,
  { onOutcomes, drain, signal }: RunOptions,
): Promise<BatchEnd> {
  const extra = await obtainExtra();
  const { port1, port2 } = new MessageChannel();
  const tell = (command: ToThread<Extra>): void => port1.postMessage(command);
  const stopTelling = tellWhenAborted(tell, drain, signal);
  const stopRenewing = tellExtra(tell, obtainExtra);
  let recording: Promise<void> = Promise.resolve();
  let end: BatchEnd = 'worker-lost';
  const closed = new Promise<void>((resolve) => {
    port1.once('close', resolve);
    port1.on('message', (said: FromThread) => {
      if (said.type === 'end') {
        ({ end } = said);
        port1.close();
      } else {
        recording = recording.then(() => onOutcomes(said.outcomes));
        recording.catch(() => undefined);
      }
    });
  });
  try {
    const task: ThreadTask<Extra> = { message, extra, port: port2 };
    await pool.run(task, { transferList: [port2] });
  } catch {
    // What a dead thread said is still delivered before its end of the channel closes; a port that never left is closed here.
    port2.close();
  }
  await closed;
  // A port lives until the next full collection, and would keep with it all that its listeners know of this batch.
  port1.removeAllListeners();
  stopTelling();
  stopRenewing();
  await recording;
  return end;
}

/** A batch may last longer than what it was given at its start. */
function tellExtra<Extra>(tell: (command: ToThread<Extra>) => void, obtain: () => Promise<Extra>): () => void {
  const renew = (): void => {
    // Where there is none now, the thread goes on with what it has.
    void obtain().then(
      (extra) => tell({ type: 'extra', extra }),
      () => undefined,
    );
  };
  const timer = setInterval(renew, extraEveryMs);
  return () => clearInterval(timer);
}

function tellWhenAborted<Extra>(
  tell: (command: ToThread<Extra>) => void,
  drain: AbortSignal,
  signal: AbortSignal,
): () => void {
  const onDrain = (): void => tell({ type: 'drain' });
  const onAbort = (): void => tell({ type: 'abort' });
  if (drain.aborted) onDrain();
  if (signal.aborted) onAbort();
  drain.addEventListener('abort', onDrain, { once: true });
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    drain.removeEventListener('abort', onDrain);
    signal.removeEventListener('abort', onAbort);
  };
}
