import { second } from '../domain/units.ts';
import { waitInLine } from '../domain/waiting/wait-in-line.ts';

/** Bounds the bytes of bodies that a process holds at a time. */
export interface HeldBytes {
  /** For the bodies of one batch. */
  line(): ByteLine;
}

/** The bodies of a batch, in the order in which they come. */
export interface ByteLine {
  /**
   * Waits until so many bytes are free and takes them. More than there are at all takes all of them.
   *
   * @returns a function that releases them; further calls do nothing
   * @throws the signal's reason when aborted while waiting
   */
  take(sizeBytes: number, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

/** The bodies of one batch that are held. */
interface Line {
  held: number;
}

interface Waiter {
  readonly line: Line;
  readonly sizeBytes: number;
  readonly enter: (release: () => void) => void;
}

/** Settings of the bound, for tests. */
interface HeldBytesOptions {
  /** How long nothing is taken or released until all bodies that are held are taken for slow. */
  readonly stuckMs: number;
}

/** Share of the bound that may be held in addition, beside slow bodies. A body that is larger is let in alone. */
const besideShare = 1 / 4;

/**
 * Waiters are served in order. But where the bodies that are held come so slowly that nothing is released for seconds, as
 * those of a host that gives each connection little, each batch that holds none may hold one beside them.
 *
 * @param mostBytes - what may be held at a time, but for those
 */
export function createHeldBytes(mostBytes: number, { stuckMs }: HeldBytesOptions = { stuckMs: 5 * second }): HeldBytes {
  let free = mostBytes;
  let besideBytes = 0;
  /** When bytes within the bound were taken or released last. */
  let movedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<Waiter>();

  const hold = (line: Line, sizeBytes: number, isBeside: boolean): (() => void) => {
    const count = (sign: 1 | -1): void => {
      line.held += sign;
      if (isBeside) {
        besideBytes += sign * sizeBytes;
      } else {
        free -= sign * sizeBytes;
        movedAt = performance.now();
      }
    };
    count(1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      count(-1);
      admit();
    };
  };
  const admitWaiter = (waiter: Waiter, isBeside: boolean): void => {
    waiting.delete(waiter);
    waiter.enter(hold(waiter.line, waiter.sizeBytes, isBeside));
  };
  const fitsBeside = ({ line, sizeBytes }: Waiter): boolean =>
    line.held === 0 && (besideBytes === 0 || besideBytes + sizeBytes <= mostBytes * besideShare);
  const admit = (): void => {
    for (const waiter of waiting) {
      if (waiter.sizeBytes > free) break;
      admitWaiter(waiter, false);
    }
    const stuckInMs = movedAt + stuckMs - performance.now();
    for (const waiter of waiting) {
      if (!fitsBeside(waiter)) continue;
      if (stuckInMs <= 0) admitWaiter(waiter, true);
      else timer ??= setTimeout(lookAgain, stuckInMs).unref();
    }
  };
  const lookAgain = (): void => {
    timer = undefined;
    admit();
  };

  return {
    line() {
      const line: Line = { held: 0 };
      return {
        async take(wanted, { signal }) {
          signal.throwIfAborted();
          const sizeBytes = Math.min(wanted, mostBytes);
          if (waiting.size === 0 && sizeBytes <= free) return hold(line, sizeBytes, false);
          let release: () => void = () => undefined;
          await waitInLine(signal, (enterNow) => {
            const waiter: Waiter = {
              line,
              sizeBytes,
              enter: (given) => {
                release = given;
                enterNow();
              },
            };
            waiting.add(waiter);
            admit();
            return () => {
              waiting.delete(waiter);
              admit();
            };
          });
          return release;
        },
      };
    },
  };
}
