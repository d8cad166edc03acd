import { exitCodes } from '../config/registry/verbs.ts';
import { second } from '../domain/units.ts';
import { onStopSignals } from './signals.ts';

/** How long an aborted process may take to let go before it ends without that. */
const abortMs = 5 * second;

/** The signals of a process that runs by itself. */
export interface ServiceSignals {
  /** Asked to stop: finish what is in flight. */
  readonly drain: AbortSignal;
  /** Asked again, or the grace is over: stop now. */
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

/**
 * Hears SIGTERM, SIGINT, and that the process is gone that started this one. The third signal ends the process on the spot.
 *
 * @param graceMs - from the first signal until it counts as aborted; Infinity for whoever only waits for others
 */
export function hearServiceSignals(graceMs: number, tell: (text: string) => void): ServiceSignals {
  const [drain, stop] = [new AbortController(), new AbortController()];
  const end = (): void => process.exit(exitCodes.interrupted);
  const timers: NodeJS.Timeout[] = [];
  const after = (delayMs: number, act: () => void): void => {
    if (delayMs < Infinity) timers.push(setTimeout(act, delayMs).unref());
  };
  const onStop = (): void => {
    if (stop.signal.aborted) return;
    tell('stopping now');
    stop.abort();
    after(abortMs, end);
  };
  const onDrain = (): void => {
    if (drain.signal.aborted) return;
    tell('finishing what is in flight');
    drain.abort();
    after(graceMs, onStop);
  };
  const disposeSignals = onStopSignals({ onDrain, onStop }, end);
  if (process.connected) process.once('disconnect', onDrain);
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
