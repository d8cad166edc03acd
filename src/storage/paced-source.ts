import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { isThrottle } from '../domain/settle.ts';
import { minute, second } from '../domain/units.ts';
import { backoffMs, jittered } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { originText } from './circuit-breaker.ts';
import { mapFetch } from './map-fetch.ts';
import type { Source } from './source.ts';

/** The shortest time over which a rate is measured. */
const windowMs = second / 5;
/** Share of what an origin served that it is asked for after a refusal, and by how much that grows in each second after. */
const [share, growthPerSecond] = [0.9, 1.03];
/** Below this rate an origin is not busy but down, and that is found out elsewhere. In requests a second. */
const leastRate = 0.5;
/** An origin that has refused nothing for so long is asked as fast as before. */
const forgottenMs = minute;
/** An origin is left alone for as long as it asks to be, but not longer: it may mean one file. */
const longestRestMs = 5 * second;
/** An origin that has served nothing for so long may be down. */
const servingMs = 10 * second;
/** The oldest are forgotten. */
const maxOrigins = 1000;

/** How often a playlist is asked for again where it stands: if it fails, all of its presentation are read anew. */
const mostAgain = 4;
const pauses: Backoff = { baseDelayMs: second / 10, maxDelayMs: second };

/** Clock and timer, in milliseconds. */
export interface PaceClock {
  /** Monotonic. */
  readonly now: () => number;
  /** Rejects when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const machineClock: PaceClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};

/**
 * Asks origins no faster than they serve. One that refuses requests for being too many (429, 503) is asked for a little less
 * than it served until then, and for more and more until it refuses again. The others are asked as they come.
 */
export function paceOrigins(source: Source, clock = machineClock): Source {
  const origins = new Map<string, OriginPace>();
  const paceOf = (url: string): OriginPace => {
    const name = originText(url);
    const known = origins.get(name);
    if (known) return known;
    const pace = new OriginPace(clock.now());
    origins.set(name, pace);
    const [oldest = name] = origins.keys();
    if (origins.size > maxOrigins) origins.delete(oldest);
    return pace;
  };
  return mapFetch(source, (fetch) => async (url, options) => {
    const { signal } = options;
    const pace = paceOf(url);
    const wait = async (ms: number): Promise<void> => {
      if (ms > 0) await clock.sleep(ms, signal).catch(() => signal.throwIfAborted());
    };
    for (let again = 0; ; again++) {
      await wait(pace.turn(clock.now()));
      try {
        const answer = await fetch(url, options);
        pace.served(clock.now());
        return answer;
      } catch (error) {
        const failure = failureOf(error);
        if (!isThrottle(failure)) throw error;
        pace.refused(failure, clock.now());
        const { retryAfterMs = 0 } = failure;
        const mayAsk = options.kind === 'text' && again < mostAgain && retryAfterMs <= longestRestMs;
        if (!mayAsk || !pace.isServing(clock.now())) throw error;
        await wait(Math.max(retryAfterMs, jittered(backoffMs(pauses, again), clock.random)));
      }
    }
  });
}

/** How fast one origin is asked. */
class OriginPace {
  /** Requests a second, when it last refused one. Undefined: as they come. */
  #rate: number | undefined;
  /** When it last refused, or the rate was begun to be measured. */
  #since: number;
  #served = 0;
  /** When the next request may be sent. */
  #dueAt = -Infinity;
  #servedAt = -Infinity;
  /** It has served nothing, however seldom it was asked. */
  #isDown = false;

  constructor(now: number) {
    this.#since = now;
  }

  /** Takes the next turn. Returns how long it is until then. */
  turn(now: number): number {
    if (this.#rate === undefined) return 0;
    const calmMs = now - this.#since;
    if (calmMs > forgottenMs) {
      this.#rate = undefined;
      return 0;
    }
    const rate = this.#rate * growthPerSecond ** (calmMs / second);
    const at = Math.max(now, this.#dueAt);
    this.#dueAt = at + second / rate;
    return at - now;
  }

  served(now: number): void {
    if (this.#isDown || (this.#rate === undefined && now - this.#since > second)) {
      this.#isDown = false;
      this.#since = now;
      this.#served = 0;
    }
    this.#served += 1;
    this.#servedAt = now;
  }

  isServing(now: number): boolean {
    return now - this.#servedAt < servingMs;
  }

  refused({ retryAfterMs = 0 }: Failure, now: number): void {
    const elapsedMs = now - this.#since;
    if (this.#isDown || elapsedMs < windowMs) return;
    const measured = (this.#served * second) / elapsedMs;
    const rate = measured > 0 ? measured * share : (this.#rate ?? second / windowMs) / 2;
    this.#isDown = rate < leastRate;
    this.#rate = this.#isDown ? undefined : rate;
    this.#since = now;
    this.#served = 0;
    this.#dueAt = Math.max(this.#dueAt, now + Math.min(retryAfterMs, longestRestMs));
  }
}
