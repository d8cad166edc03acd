import { waitInLine } from '../domain/waiting/wait-in-line.ts';

/** Bounds the bytes of bodies that a process holds at a time. Waiters are served in order. */
export interface HeldBytes {
  /**
   * Waits until so many bytes are free and takes them. More than there are at all takes all of them.
   *
   * @returns a function that releases them; further calls do nothing
   * @throws the signal's reason when aborted while waiting
   */
  take(sizeBytes: number, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

/** @param mostBytes - what may be held at a time */
export function createHeldBytes(mostBytes: number): HeldBytes {
  let free = mostBytes;
  const waiting: { readonly sizeBytes: number; readonly admit: () => void }[] = [];

  const release = (sizeBytes: number): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += sizeBytes;
      for (let next = waiting[0]; next && next.sizeBytes <= free; next = waiting[0]) {
        waiting.shift();
        free -= next.sizeBytes;
        next.admit();
      }
    };
  };

  return {
    async take(wanted, { signal }) {
      signal.throwIfAborted();
      const sizeBytes = Math.min(wanted, mostBytes);
      if (waiting.length === 0 && sizeBytes <= free) {
        free -= sizeBytes;
        return release(sizeBytes);
      }
      await waitInLine(signal, (admit) => {
        const entry = { sizeBytes, admit };
        waiting.push(entry);
        return () => void waiting.splice(waiting.indexOf(entry), 1);
      });
      return release(sizeBytes);
    },
  };
}
