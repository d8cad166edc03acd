import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { minute } from '../domain/units.ts';
import { untilAborted } from '../domain/waiting/until-aborted.ts';
import type { Executor, RunOptions } from './executor.ts';
import type { FromThread, ThreadTask, ToThread } from './thread-protocol.ts';

/** Options of the thread pool. */
export interface ThreadsOptions<Extra> {
  /** The worker's module, which exports `run(task: ThreadTask<Extra>)`. */
  readonly worker: URL;
  /** Passed once to each thread. Must be structured-cloneable. */
  readonly workerData: unknown;
  readonly threads: number;
  /** Batches that a thread takes at a time: see `batchesOfThread`. Two if absent. */
  readonly batchesPerThread?: number;
  /**
   * Batches that a thread may run in addition to `batchesPerThread`, for work that must not wait for a free place. None
   * if absent.
   */
  readonly spareBatches?: number;
  /** Whether threads start for the first batch, which waits for them then. They start at once if absent. */
  readonly startsLate?: boolean;
  /** Called before each batch, and every minute while it runs, since data such as credentials expires. */
  readonly extra: () => Promise<Extra>;
}

/** Far below the shortest lifetime of temporary credentials. */
const extraEveryMs = minute;

/** Parts of a video that a thread takes at a time, so that one fills the gaps that the last files of the other leave. */
const lanesPerThread = 2;
/** A batch is often smaller than the largest. */
const usualBatchFiles = 32;

/** Batches that fill the streams of a thread, also while one of them ends. */
export function batchesOfThread(streams: number): number {
  return Math.max(lanesPerThread, 1 + Math.ceil(streams / usualBatchFiles));
}

/**
 * A semi-space of a thread's young generation, in MiB. V8 begins with 1 MiB and hardly grows it: then much of what the files
 * in flight need is copied at each collection, and outlives them in the old generation.
 */
const semiSpaceMb = 4;
/** Limits of a thread's heap, in MiB. Bodies are outside the heap. A young generation is three semi-spaces. */
const resourceLimits = { maxYoungGenerationSizeMb: 3 * semiSpaceMb, maxOldGenerationSizeMb: 64 };

/**
 * Runs batches on threads of this process. If a thread dies it is replaced, and its batches end as `worker-lost`.
 * Batches that ask to be alone run one after another on a separate thread, which is started for the first of them.
 *
 * `run` throws `machine.threads` when the system starts no thread at all.
 */
export function createThreadExecutor<Extra>(options: ThreadsOptions<Extra>): Executor {
  const { threads, batchesPerThread = lanesPerThread, spareBatches = 0, startsLate = false } = options;
  const shared = createLazyPool(options, { threads, batches: batchesPerThread + spareBatches });
  // While the first playlists are read.
  if (!startsLate) shared.open();
  const isolated = createLazyPool(options, { threads: 1, batches: 1 });
  return {
    concurrency: threads * batchesPerThread,
    lanes: threads * lanesPerThread,
    run: (message, run) => runOnThread((message.alone ? isolated : shared).open(), message, options.extra, run),
    close: async () => {
      await Promise.all([shared.close(), isolated.close()]);
    },
  };
}

/** A pool that is opened when it is needed, and again after no thread could be started. */
function createLazyPool<Extra>(options: ThreadsOptions<Extra>, size: PoolSize) {
  let pool: ThreadPool | undefined;
  return {
    open: (): ThreadPool => {
      if (pool?.unusable.aborted) void pool.close();
      if (!pool || pool.unusable.aborted) pool = openPool(options, size);
      return pool;
    },
    close: async (): Promise<void> => pool?.close(),
  };
}

interface PoolSize {
  readonly threads: number;
  /** On each thread at a time. */
  readonly batches: number;
}

interface ThreadPool {
  readonly threads: Piscina;
  /** Aborted, with the error, once no thread is left and none is started any more. */
  readonly unusable: AbortSignal;
  /** To be told each error of a thread. */
  readonly onError: (error: unknown) => void;
  readonly close: () => Promise<void>;
}

function openPool<Extra>(
  { worker, workerData }: ThreadsOptions<Extra>,
  { threads: count, batches }: PoolSize,
): ThreadPool {
  // Read for each heap that is created from now on.
  setFlagsFromString(`--min-semi-space-size=${semiSpaceMb}`);
  const threads = new Piscina({
    filename: worker.href,
    name: 'run',
    minThreads: count,
    maxThreads: count,
    concurrentTasksPerWorker: batches,
    atomics: 'disabled',
    workerData,
    resourceLimits,
    recordTiming: false,
  });
  const unusable = new AbortController();
  // One listener for each batch that waits for a thread.
  setMaxListeners(0, unusable.signal);
  let isClosing = false;
  // The pool replaces a thread that dies. Only after one that did not start it replaces none: then batches would wait
  // for ever.
  const onError = (error: unknown): void => {
    if (threads.threads.length === 0 && !isClosing) unusable.abort(startError(error));
  };
  // Emitted when a thread without a batch dies.
  threads.on('error', onError);
  const close = async (): Promise<void> => {
    isClosing = true;
    await threads.destroy();
  };
  return { threads, unusable: unusable.signal, onError, close };
}

function startError(cause: unknown): FlantsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `this machine starts no thread (${reason}); raise its limits of open files (ulimit -n) and processes (ulimit -u), or lower --threads`;
  return new FlantsError('machine.threads', message, { cause });
}

async function runOnThread<Extra>(
  { threads, unusable, onError }: ThreadPool,
  message: BatchMessage,
  obtainExtra: () => Promise<Extra>,
  { onOutcomes, drain, signal }: RunOptions,
): Promise<BatchEnd> {
  const extra = await obtainExtra();
  const { port1, port2 } = new MessageChannel();
  const send = (command: ToThread<Extra>): void => port1.postMessage(command);
  const stopForwarding = forwardAborts(send, drain, signal);
  const stopRenewing = renewExtra(send, obtainExtra);
  let recording: Promise<void> = Promise.resolve();
  // What no thread has begun has touched no file.
  let end: BatchEnd = 'stopped';
  const closed = new Promise<void>((resolve) => {
    port1.once('close', resolve);
    port1.on('message', (reply: FromThread) => {
      if (reply.type === 'begun') {
        end = 'worker-lost';
      } else if (reply.type === 'end') {
        ({ end } = reply);
        port1.close();
      } else {
        recording = recording.then(() => onOutcomes(reply.outcomes));
        recording.catch(() => undefined);
      }
    });
  });
  try {
    const task: ThreadTask<Extra> = { message, extra, port: port2 };
    // Not Piscina's own signal: a thread runs a task that has one alone.
    await untilAborted(threads.run(task, { transferList: [port2] }), unusable);
  } catch (error) {
    onError(error);
    // Messages that a dead thread sent are still delivered before its end of the channel closes. A port that was never
    // transferred has to be closed here.
    port2.close();
  }
  await closed;
  // A port lives until the next full garbage collection, and its listeners would keep the data of this batch alive.
  port1.removeAllListeners();
  stopForwarding();
  stopRenewing();
  await recording;
  unusable.throwIfAborted();
  return end;
}

/** Sends renewed data to the thread, since a batch may outlast what it started with. */
function renewExtra<Extra>(send: (command: ToThread<Extra>) => void, obtain: () => Promise<Extra>): () => void {
  const renew = (): void => {
    // If renewal fails, the thread continues with the data it has.
    void obtain().then(
      (extra) => send({ type: 'extra', extra }),
      () => undefined,
    );
  };
  const timer = setInterval(renew, extraEveryMs);
  return () => clearInterval(timer);
}

function forwardAborts<Extra>(
  send: (command: ToThread<Extra>) => void,
  drain: AbortSignal,
  signal: AbortSignal,
): () => void {
  const onDrain = (): void => send({ type: 'drain' });
  const onAbort = (): void => send({ type: 'abort' });
  if (drain.aborted) onDrain();
  if (signal.aborted) onAbort();
  drain.addEventListener('abort', onDrain, { once: true });
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    drain.removeEventListener('abort', onDrain);
    signal.removeEventListener('abort', onAbort);
  };
}
