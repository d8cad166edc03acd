import { threadId, workerData } from 'node:worker_threads';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { FromThread, ThreadTask, ToThread } from '../../src/executor/thread-protocol.ts';

// Who wants to know how many threads were started gives memory to count them in.
if (workerData instanceof Int32Array) Atomics.add(workerData, 0, 1);

/**
 * A worker for `createThreadExecutor` that copies nothing: it tells as an outcome each `extra` that it is given,
 * and ends when one says so. One that is told to die does that with its batch behind it.
 */
export async function run({ extra, port }: ThreadTask<string>): Promise<void> {
  const say = (said: FromThread): void => port.postMessage(said);
  say({ type: 'begun' });
  await new Promise<void>((resolve) => {
    const hear = (heard: string): void => {
      say({ type: 'outcomes', outcomes: [heardOutcome(heard)] });
      if (heard !== 'stay') resolve();
    };
    port.on('message', (told: ToThread<string>) => told.type === 'extra' && hear(told.extra));
    hear(extra);
  });
  say({ type: 'end', end: 'finished' });
  port.close();
  if (extra === 'die') {
    setImmediate(() => {
      throw new Error('dead in idleness');
    });
  }
}

function heardOutcome(heard: string): Outcome {
  const failure = { code: 'internal', retryable: false, message: heard } as const;
  const about = { key: '', url: '', generation: '', tries: 1, worker: `thread-${threadId}`, at: '' };
  return { index: 0, kind: 'failed', failure: { ...about, failure } };
}
