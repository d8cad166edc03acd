import { second } from '../domain/units.ts';
import { waitInLine } from '../domain/waiting/wait-in-line.ts';
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

/** The files of one batch that are in flight, and where it stands. */
interface Line {
  readonly urgent: boolean;
  readonly number: number;
  held: number;
}

interface Waiter {
  readonly line: Line;
  readonly enter: (leave: LeaveSlot) => void;
}

/** Settings of the places, for tests. */
interface SlotOptions {
  /** How long no place changes hands until all who have one are taken for slow. */
  readonly stuckMs: number;
}

/**
 * Creates as many places as the limit allows at any time.
 *
 * An earlier batch goes before later ones: if all went side by side, they would end side by side too, and nothing would
 * be left to fill the places of their last files. But where the files in flight are so slow that no place becomes free for
 * seconds, as of a host that gives each connection little, each batch that has none gets one beside them.
 */
export function createSlots(limit: StreamLimit, { stuckMs }: SlotOptions = { stuckMs: 5 * second }): Slots {
  let taken = 0;
  /** Of them, those beside the limit. */
  let beside = 0;
  let lines = 0;
  /** When a place within the limit was taken or given back last. */
  let movedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  /** One for each batch at the most. */
  const waiting = new Set<Waiter>();

  const hasRoom = (): boolean => taken - beside < limit.current();
  const enter = (line: Line, isBeside: boolean): LeaveSlot => {
    taken += 1;
    line.held += 1;
    if (isBeside) beside += 1;
    else movedAt = performance.now();
    return (ended) => {
      taken -= 1;
      line.held -= 1;
      if (isBeside) beside -= 1;
      else movedAt = performance.now();
      // One beside says nothing about more streams within the limit, which the slow ones would have.
      if (ended && (!isBeside || ended.throttled)) limit.ended({ ...ended, wasAwaited: waiting.size > 0 });
      admit();
    };
  };
  const admitWaiter = (waiter: Waiter, isBeside: boolean): void => {
    waiting.delete(waiter);
    waiter.enter(enter(waiter.line, isBeside));
  };
  const admit = (): void => {
    while (hasRoom()) {
      const next = firstOf(waiting);
      if (!next) return;
      admitWaiter(next, false);
    }
    const stuckInMs = movedAt + stuckMs - performance.now();
    for (const waiter of waiting) {
      if (waiter.line.held > 0 || taken >= limit.most) continue;
      if (stuckInMs <= 0) admitWaiter(waiter, true);
      else timer ??= setTimeout(lookAgain, stuckInMs).unref();
    }
  };
  const lookAgain = (): void => {
    timer = undefined;
    admit();
  };

  return {
    line({ urgent }) {
      lines += 1;
      const line: Line = { urgent, number: lines, held: 0 };
      return {
        async take({ signal }) {
          signal.throwIfAborted();
          if (waiting.size === 0 && hasRoom()) return enter(line, false);
          let leave: LeaveSlot = () => undefined;
          await waitInLine(signal, (enterNow) => {
            const waiter: Waiter = {
              line,
              enter: (given) => {
                leave = given;
                enterNow();
              },
            };
            waiting.add(waiter);
            admit();
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
    const [{ line }, before] = [each, first?.line];
    const isBefore = !before || (line.urgent === before.urgent ? line.number < before.number : line.urgent);
    if (isBefore) first = each;
  }
  return first;
}
