import { exitCodes } from '../config/registry/verbs.ts';
import { second } from '../domain/units.ts';
import { onStopSignals } from './signals.ts';

/** How long an aborted process may take to clean up before it is ended. */
const abortGraceMs = 5 * second;

/** Stop signals of a service process. */
export interface ServiceSignals {
  /** Aborted by the first request to stop: finish work in progress. */
  readonly drain: AbortSignal;
  /** Aborted by the second request, or after the grace period: stop now. */
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

/**
 * Listens for SIGTERM, SIGINT, and the end of the parent process. The third signal ends the process at once.
 *
 * @param graceMs - time from the first signal to the abort; Infinity for a process that only waits for others
 * @param notify - called with a message about each stage
 */
export function createServiceSignals(graceMs: number, notify: (text: string) => void): ServiceSignals {
  const [drain, stop] = [new AbortController(), new AbortController()];
  const end = (): void => process.exit(exitCodes.interrupted);
  const timers: NodeJS.Timeout[] = [];
  const after = (delayMs: number, act: () => void): void => {
    if (delayMs < Infinity) timers.push(setTimeout(act, delayMs).unref());
  };
  const onStop = (): void => {
    if (stop.signal.aborted) return;
    notify('stopping now');
    stop.abort();
    after(abortGraceMs, end);
  };
  const onDrain = (): void => {
    if (drain.signal.aborted) return;
    notify('stopping: finishing the work in progress');
    drain.abort();
    after(graceMs, onStop);
  };
  const disposeSignals = onStopSignals({ onDrain, onStop }, end);
  if (process.connected) process.once('disconnect', onDrain);
  // It was gone before this process had started.
  else if (process.send) onDrain();
  return {
    drain: drain.signal,
    signal: stop.signal,
    dispose: () => {
      disposeSignals();
      process.off('disconnect', onDrain);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
