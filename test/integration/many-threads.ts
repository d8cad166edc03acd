import { failureOf } from '../../src/domain/failure.ts';
import { createThreadExecutor } from '../../src/executor/threads.ts';

/** Runs sixteen batches and more on eight threads, in a process that may be allowed few files, and prints how each ended. */
const { signal } = new AbortController();
const executor = createThreadExecutor<string>({
  worker: new URL('./listening-ant.ts', import.meta.url),
  workerData: undefined,
  threads: 8,
  extra: () => Promise.resolve('extra'),
});
const run = (number: number): Promise<string> =>
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
    .catch((error: unknown) => failureOf(error).code);
const ends: string[] = await Promise.all(Array.from({ length: 16 }, (_, number) => run(number)));
// What a thread that did not start gives back comes again, as in a copy, and in the end it is said why.
for (let more = 0; more < 50 && !ends.some((end) => end !== 'stopped'); more += 1) ends.push(await run(16 + more));
console.log(JSON.stringify(ends));
await executor.close();
