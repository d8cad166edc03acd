/** Who wants to hear of Ctrl-C and SIGTERM. */
export interface StopHandlers {
  /** The first time: finish what is in flight. */
  readonly onDrain: () => void;
  /** The second time: stop now. The third time the process ends on the spot. */
  readonly onStop: () => void;
}

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Hears the signals that ask to stop, until the returned function is called.
 *
 * @param exit - ends the process; the signals' third call
 */
export function onStopSignals({ onDrain, onStop }: StopHandlers, exit: () => void): () => void {
  let heard = 0;
  const hear = (): void => {
    heard++;
    if (heard === 1) onDrain();
    else if (heard === 2) onStop();
    else exit();
  };
  for (const name of stopSignals) process.on(name, hear);
  return () => {
    for (const name of stopSignals) process.off(name, hear);
  };
}
