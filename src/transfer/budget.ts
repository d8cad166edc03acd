import { waitInLine } from '../domain/wait-in-line.ts';

/** Bounds what is in use at a time, such as bytes of bodies. Waiters are served in order. */
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
      await waitInLine(signal, (admit) => {
        const entry = { amount, admit };
        waiting.push(entry);
        return () => void waiting.splice(waiting.indexOf(entry), 1);
      });
      return release(amount);
    },
  };
}
