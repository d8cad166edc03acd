/** The waiters of a signal, which share one listener. */
interface Waiters {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const waitersOf = new WeakMap<AbortSignal, Waiters>();

/**
 * Calls back once when a signal is aborted later.
 *
 * For signals with many waiters at a time: an `AbortSignal` looks through all its listeners for each one that is added or
 * removed.
 *
 * @param callback - must not throw; one function waits once at a time for the same signal
 * @returns stops waiting
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = waitersOf.get(signal) ?? newWaiters(signal);
  if (callbacks.size === 0) signal.addEventListener('abort', listener, { once: true });
  callbacks.add(callback);
  return () => {
    // Node keeps a signal of `AbortSignal.any` for as long as it has a listener.
    if (callbacks.delete(callback) && callbacks.size === 0) signal.removeEventListener('abort', listener);
  };
}

function newWaiters(signal: AbortSignal): Waiters {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    for (const callback of callbacks) {
      callbacks.delete(callback);
      callback();
    }
  };
  const waiters = { callbacks, listener };
  waitersOf.set(signal, waiters);
  return waiters;
}
