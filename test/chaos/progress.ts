import { minute, second } from '../../src/domain/units.ts';

/** Watches that something moves. */
export interface Progress {
  /** Something did. */
  note(): void;
  /**
   * @param waitedFor - what has not come yet
   * @throws when nothing moves any more, or all of it takes too long
   */
  assertHope(waitedFor: () => string): void;
  /** The longest that nothing moved after the first time: a busy machine starts slowly. */
  longest(): { readonly stillMs: number; readonly until: Date };
}

const patienceMs = 3 * minute;

/** Begins to watch. */
export function watchProgress(timeoutMs: number): Progress {
  const begun = performance.now();
  let last = begun;
  let hasMoved = false;
  let longest = { stillMs: 0, until: new Date() };
  const stillMs = (): number => performance.now() - last;
  const look = (): typeof longest => {
    if (hasMoved && stillMs() > longest.stillMs) longest = { stillMs: stillMs(), until: new Date() };
    return longest;
  };
  return {
    note() {
      look();
      hasMoved = true;
      last = performance.now();
    },
    assertHope(waitedFor) {
      if (stillMs() > patienceMs) {
        throw new Error(`nothing new arrived for ${Math.round(stillMs() / second)} s, waiting for ${waitedFor()}`);
      }
      if (performance.now() - begun > timeoutMs) {
        throw new Error(`it took more than ${Math.round(timeoutMs / second)} s, waiting for ${waitedFor()}`);
      }
    },
    longest: look,
  };
}
