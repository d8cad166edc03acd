import { failureOf } from '../../src/domain/failure.ts';
import { createThreadExecutor } from '../../src/executor/threads.ts';

/** Runs sixteen batches on eight threads, in a process that may be allowed few files, and prints how each ended. */
const { signal } = new AbortController();
const executor = createThreadExecutor<string>({
  worker: new URL('./listening-ant.ts', import.meta.url),
  workerData: undefined,
  threads: 8,
  extra: () => Promise.resolve('extra'),
});
const runs = Array.from({ length: 16 }, (_, number) =>
  executor
    .run(
      {
        format: 1,
        id: String(number),
        video: 'v',
        generation: 'g',
        files: [],
        existing: 'verify',
        sha256: false,
      },
      { drain: signal, signal, onOutcomes: () => Promise.resolve() },
    )
    .catch((error: unknown) => failureOf(error).code),
);
const ends = await Promise.all(runs);
console.log(JSON.stringify(ends));
await executor.close();
