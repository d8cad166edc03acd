/** Bounds what is in use at a time, such as bytes of bodies or files in flight. Waiters are served in order. */
export interface Budget {
  /**
   * Waits until `amount` is free and takes it. An amount above the capacity takes the whole capacity.
   *
   * @returns a function that releases the amount; further calls do nothing
   * @throws the signal's reason when aborted while waiting
   */
  take(amount: number, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

/** @param capacity - in the unit that `take` counts in */
export function createBudget(capacity: number): Budget {
  let free = capacity;
  const waiting: { readonly amount: number; readonly admit: () => void }[] = [];

  const release = (amount: number): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += amount;
      while (waiting[0] && waiting[0].amount <= free) {
        const next = waiting.shift();
        if (!next) break;
        free -= next.amount;
        next.admit();
      }
    };
  };

  return {
    async take(wanted, { signal }) {
      signal.throwIfAborted();
      const amount = Math.min(wanted, capacity);
      if (waiting.length === 0 && amount <= free) {
        free -= amount;
        return release(amount);
      }
      await new Promise<void>((resolve, reject) => {
        const entry = {
          amount,
          admit: () => {
            signal.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
        };
        waiting.push(entry);
        signal.addEventListener('abort', onAbort, { once: true });
      });
      return release(amount);
    },
  };
}
