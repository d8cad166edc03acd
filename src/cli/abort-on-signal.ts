import { exitCodes } from '../config/registry/verbs.ts';
import { onStopSignals } from './signals.ts';

/** Runs work that only reads. The first stop signal aborts it, the second ends the process. */
export async function abortOnSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = (): void => process.exit(exitCodes.interrupted);
  const dispose = onStopSignals({ onDrain: () => stop.abort(), onStop: end }, end);
  try {
    return await work(stop.signal);
  } finally {
    dispose();
  }
}
