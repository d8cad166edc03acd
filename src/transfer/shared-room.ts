import { second } from '../domain/units.ts';
import { waitInLine } from '../domain/waiting/wait-in-line.ts';

/** What comes one after the other, such as the files of a batch, and how many of it have room. */
export interface Line {
  held: number;
}

/** One of a line. */
export interface Entrant {
  readonly line: Line;
}

/** A bound that is shared, as its owner measures it. */
export interface Bound<E extends Entrant> {
  /** Who of those that wait goes next. */
  first(waiting: Iterable<E>): E | undefined;
  fits(entrant: E): boolean;
  /** Whether there is room for it beside the bound. */
  fitsBeside(entrant: E): boolean;
  /** It comes (1) or goes (-1). */
  count(entrant: E, sign: 1 | -1, isBeside: boolean): void;
}

/** Room that was given. */
export interface Place {
  readonly isBeside: boolean;
  /** Gives it back, once. */
  readonly leave: () => void;
}

/** Room within a bound. */
export interface SharedRoom<E extends Entrant> {
  /** @throws the signal's reason when aborted before or while waiting */
  enter(entrant: E, signal: AbortSignal): Promise<Place>;
  /** Whether somebody waits for it. */
  isAwaited(): boolean;
}

/** How room is shared, for tests. */
export interface RoomOptions {
  /** How long no room within the bound changes hands until all who have it are taken for slow. */
  readonly stuckMs: number;
}

const usual: RoomOptions = { stuckMs: 5 * second };

/**
 * Shares room within a bound. Where those who have it are so slow that none becomes free for seconds, as with a host that
 * gives each connection little, each line that has none gets some for one beside them.
 */
export function createSharedRoom<E extends Entrant>(bound: Bound<E>, { stuckMs } = usual): SharedRoom<E> {
  /** When room within the bound was taken or given back last. */
  let movedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Map<E, (place: Place) => void>();

  const placeFor = (entrant: E, isBeside: boolean): Place => {
    const count = (sign: 1 | -1): void => {
      entrant.line.held += sign;
      bound.count(entrant, sign, isBeside);
      if (!isBeside) movedAt = performance.now();
    };
    count(1);
    let isHeld = true;
    const leave = (): void => {
      if (!isHeld) return;
      isHeld = false;
      count(-1);
      admit();
    };
    return { isBeside, leave };
  };
  const admitOne = (entrant: E, isBeside: boolean): void => {
    const enter = waiting.get(entrant);
    waiting.delete(entrant);
    enter?.(placeFor(entrant, isBeside));
  };
  const admit = (): void => {
    if (waiting.size === 0) return;
    for (let next = bound.first(waiting.keys()); next && bound.fits(next); next = bound.first(waiting.keys()))
      admitOne(next, false);
    const stuckInMs = movedAt + stuckMs - performance.now();
    for (const entrant of waiting.keys()) {
      if (entrant.line.held > 0 || !bound.fitsBeside(entrant)) continue;
      if (stuckInMs <= 0) admitOne(entrant, true);
      else timer ??= setTimeout(lookAgain, stuckInMs).unref();
    }
  };
  const lookAgain = (): void => {
    timer = undefined;
    admit();
  };

  return {
    async enter(entrant, signal) {
      signal.throwIfAborted();
      if (waiting.size === 0 && bound.fits(entrant)) return placeFor(entrant, false);
      return waitInLine<Place>(signal, (enter) => {
        waiting.set(entrant, enter);
        admit();
        return () => {
          waiting.delete(entrant);
          admit();
        };
      });
    },
    isAwaited: () => waiting.size > 0,
  };
}
