import { second } from '../../domain/units.ts';
import { waitInLine } from '../../domain/waiting/wait-in-line.ts';

/** Bounds how many invocations are in flight. Waiters are served in order. */
export interface Pace {
  /**
   * Waits for a place.
   *
   * @returns a function that frees it, to be told whether the service had room
   * @throws the signal's reason when aborted while waiting
   */
  take(options: { readonly signal: AbortSignal }): Promise<(fared: 'served' | 'throttled') => void>;
  /** Invocations in flight. */
  inFlight(): number;
}

/** How fast the service lets a function grow: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
const growth = { invocations: 1_000, everyMs: 10 * second } as const;
/** Throttles within this time are of one crowd, and reduce the pace once. */
const crowdMs = second;
const reducedTo = 0.7;
/** Of what was reduced to, for each second after a throttle. */
const regrowth = 0.05;
const lookAgainMs = second / 10;

/**
 * Creates a pace that grows as the service allows, and gives way when it throttles: to 70 % of what was in flight, and
 * from there slowly up again, since a limit that was met once is likely to stay.
 *
 * @param most - invocations that may be in flight at any time
 * @param now - a clock in milliseconds that never goes back
 */
export function createPace(most: number, now: () => number): Pace {
  let base = Math.min(most, growth.invocations);
  let perMs = growth.invocations / growth.everyMs;
  let since = now();
  let taken = 0;
  let throttledAt = -Infinity;
  const waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  const limit = (): number => Math.min(most, base + Math.floor((now() - since) * perMs));
  const admit = (): void => {
    while (waiting.length > 0 && taken < limit()) {
      taken += 1;
      waiting.shift()?.();
    }
    // The limit grows with time, and nobody may end meanwhile.
    if (waiting.length > 0) timer ??= setTimeout(look, lookAgainMs);
  };
  const look = (): void => {
    timer = undefined;
    admit();
  };
  const release = (fared: 'served' | 'throttled'): void => {
    if (fared === 'throttled' && now() - throttledAt > crowdMs) {
      throttledAt = now();
      since = throttledAt;
      base = Math.max(1, Math.floor(taken * reducedTo));
      perMs = Math.max(1, base * regrowth) / second;
    }
    taken -= 1;
    admit();
  };

  return {
    inFlight: () => taken,
    async take({ signal }) {
      await waitInLine(signal, (enter) => {
        waiting.push(enter);
        admit();
        return () => void waiting.splice(waiting.indexOf(enter), 1);
      });
      return release;
    },
  };
}
