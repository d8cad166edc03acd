import { createSharedRoom } from './shared-room.ts';
import type { Entrant, RoomOptions } from './shared-room.ts';
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

/** A file of a batch, and where the batch stands. */
interface SlotEntrant extends Entrant {
  readonly urgent: boolean;
  /** In the order in which batches came. */
  readonly number: number;
}

/**
 * Creates as many places as the limit allows at any time.
 *
 * An earlier batch goes before later ones: if all went side by side, they would end side by side too, and nothing would
 * be left to fill the places of their last files.
 */
export function createSlots(limit: StreamLimit, options?: RoomOptions): Slots {
  let taken = 0;
  /** Of them, those beside the limit. */
  let beside = 0;
  let lines = 0;
  const room = createSharedRoom<SlotEntrant>(
    {
      first: firstOf,
      fits: () => taken - beside < limit.current(),
      fitsBeside: () => taken < limit.most,
      count(_, sign, isBeside) {
        taken += sign;
        if (isBeside) beside += sign;
      },
    },
    options,
  );

  return {
    line({ urgent }) {
      lines += 1;
      const [line, number] = [{ held: 0 }, lines];
      return {
        async take({ signal }) {
          const { isBeside, leave } = await room.enter({ line, urgent, number }, signal);
          return (ended) => {
            // One beside says nothing about more streams within the limit, which the slow ones would have.
            if (ended && (!isBeside || ended.throttled)) limit.ended({ ...ended, wasAwaited: room.isAwaited() });
            leave();
          };
        },
      };
    },
  };
}

function firstOf(waiting: Iterable<SlotEntrant>): SlotEntrant | undefined {
  let first: SlotEntrant | undefined;
  for (const each of waiting) {
    const isBefore = !first || (each.urgent === first.urgent ? each.number < first.number : each.urgent);
    if (isBefore) first = each;
  }
  return first;
}
