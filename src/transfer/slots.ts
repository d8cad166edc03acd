import { waitInLine } from '../domain/wait-in-line.ts';
import type { EndedFile, StreamLimit } from './stream-limit.ts';

/** Places for the files in flight in this process. */
export interface Slots {
  /** Places for the files of one batch. Batches are served in the order of these calls, but urgent ones first. */
  line(options: { readonly urgent: boolean }): SlotLine;
}

/** The files of a batch, in their order. */
export interface SlotLine {
  /**
   * Waits for a place for the next file.
   *
   * @returns a function to call once the file has ended
   * @throws the signal's reason when aborted while waiting
   */
  take(options: { readonly signal: AbortSignal }): Promise<LeaveSlot>;
}

/** Frees a place, and tells how its file ended, unless that says nothing about how many are worth copying at a time. */
export type LeaveSlot = (ended?: Omit<EndedFile, 'wasAwaited'>) => void;

interface Waiter {
  readonly urgent: boolean;
  /** Of the line. */
  readonly number: number;
  readonly enter: () => void;
}

/**
 * Creates as many places as the limit allows at any time.
 *
 * An earlier batch goes before later ones: if all went side by side, they would end side by side too, and nothing would
 * be left to fill the places of their last files.
 */
export function createSlots(limit: StreamLimit): Slots {
  let taken = 0;
  let lines = 0;
  /** One for each batch at the most. */
  const waiting = new Set<Waiter>();

  const admit = (): void => {
    while (taken < limit.current()) {
      const next = firstOf(waiting);
      if (!next) return;
      waiting.delete(next);
      taken += 1;
      next.enter();
    }
  };
  const leave: LeaveSlot = (ended) => {
    taken -= 1;
    if (ended) limit.ended({ ...ended, wasAwaited: waiting.size > 0 });
    admit();
  };

  return {
    line({ urgent }) {
      lines += 1;
      const number = lines;
      return {
        async take({ signal }) {
          signal.throwIfAborted();
          if (waiting.size === 0 && taken < limit.current()) {
            taken += 1;
            return leave;
          }
          await waitInLine(signal, (enter) => {
            const waiter: Waiter = { urgent, number, enter };
            waiting.add(waiter);
            return () => void waiting.delete(waiter);
          });
          return leave;
        },
      };
    },
  };
}

function firstOf(waiting: ReadonlySet<Waiter>): Waiter | undefined {
  let first: Waiter | undefined;
  for (const each of waiting) {
    const isBefore = !first || (each.urgent === first.urgent ? each.number < first.number : each.urgent);
    if (isBefore) first = each;
  }
  return first;
}
