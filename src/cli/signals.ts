/** Handlers for Ctrl-C and SIGTERM. */
export interface StopHandlers {
  /** First signal: finish work in progress. */
  readonly onDrain: () => void;
  /** Second signal: stop now. The third one ends the process at once. */
  readonly onStop: () => void;
}

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Listens for stop signals until the returned function is called.
 *
 * @param exit - ends the process; called on the third signal
 */
export function onStopSignals({ onDrain, onStop }: StopHandlers, exit: () => void): () => void {
  let received = 0;
  const onSignal = (): void => {
    received++;
    if (received === 1) onDrain();
    else if (received === 2) onStop();
    else exit();
  };
  for (const name of stopSignals) process.on(name, onSignal);
  return () => {
    for (const name of stopSignals) process.off(name, onSignal);
  };
}
