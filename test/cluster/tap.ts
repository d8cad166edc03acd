import type { OriginOptions } from '../servers/origin.ts';

/** Lets an origin give out so much and no more, until it is opened: a cluster stands in mid-run for as long as a test looks. */
export interface Tap {
  readonly rule: NonNullable<OriginOptions['rule']>;
  /** Fulfilled once so many requests for segments wait. */
  stands(waiting: number): Promise<void>;
  open(): void;
}

/**
 * Makes a tap over an origin's segments.
 *
 * @param flowing - as many are served before it closes
 * @param isMeant - which paths are counted and held back; absent: all segments
 */
export function createTap(flowing: number, isMeant = (path: string): boolean => path.endsWith('.ts')): Tap {
  const opened = Promise.withResolvers<void>();
  const listeners = new Set<() => void>();
  let [served, waiting, isOpen] = [0, 0, false];
  return {
    rule({ path }) {
      if (isOpen || !isMeant(path)) return undefined;
      if (served < flowing) {
        served += 1;
        return undefined;
      }
      waiting += 1;
      for (const listen of listeners) listen();
      return { kind: 'held', until: opened.promise };
    },
    stands: (enough) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (waiting < enough) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    open() {
      isOpen = true;
      opened.resolve();
    },
  };
}
