import { second } from '../domain/units.ts';

/** Whether a service can do its work, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  /** Reasons by part, for parts that are not well. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Health of a service, for probes: whether it is alive, and whether it can do its work. */
export interface Health {
  /** False if the event loop has been blocked for a while. Only a restart helps then. */
  alive(): boolean;
  readiness(): Readiness;
  /** Sets the health of a part of the service, such as its connection to Redis. */
  set(part: string, isWell: boolean, why?: string): void;
  /** Stops the timer that checks the event loop. */
  stop(): void;
}

const tickIntervalMs = second;
const deadAfterMs = 30 * second;

/**
 * Starts tracking the health of a service.
 *
 * @param parts - parts that must be well before the service is ready; at first none of them is
 * @param now - a monotonic clock in milliseconds
 */
export function createHealth(parts: readonly string[], now: () => number): Health {
  let tickedAt = now();
  const timer = setInterval(() => {
    tickedAt = now();
  }, tickIntervalMs);
  timer.unref();
  const reasons = new Map<string, string>(parts.map((part) => [part, 'not tried yet']));
  return {
    alive: () => now() - tickedAt < deadAfterMs,
    readiness: () => ({ ready: reasons.size === 0, reasons: Object.fromEntries(reasons) }),
    set(part, isWell, why = 'not well') {
      if (isWell) reasons.delete(part);
      else reasons.set(part, why);
    },
    stop: () => clearInterval(timer),
  };
}
