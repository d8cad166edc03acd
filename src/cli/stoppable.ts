import { exitCodes } from '../config/registry/verbs.ts';
import { onStopSignals } from './signals.ts';

/** Runs what only reads: the first signal aborts it, the next ends the process. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = (): void => process.exit(exitCodes.interrupted);
  const dispose = onStopSignals({ onDrain: () => stop.abort(), onStop: end }, end);
  try {
    return await work(stop.signal);
  } finally {
    dispose();
  }
}
