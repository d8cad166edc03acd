import { second } from '../domain/units.ts';

/** Whether a service can work, and why not. */
export interface Readiness {
  readonly ready: boolean;
  /** By part, for those that are not well. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** What a supervisor asks a service: is it alive, and can it work. */
export interface Health {
  /** False once the event loop has not come round for a while: a restart is the only cure. */
  alive(): boolean;
  readiness(): Readiness;
  /** Says how a part of the service is, such as its connection to Redis. */
  set(part: string, isWell: boolean, why?: string): void;
  /** Ends the beat. */
  stop(): void;
}

const beatEveryMs = second;
const deadAfterMs = 30 * second;

/**
 * Begins to watch over a service.
 *
 * @param parts - what must be well before it is ready; none of them is yet
 * @param now - milliseconds of a clock that only goes forward
 */
export function createHealth(parts: readonly string[], now: () => number): Health {
  let beatAt = now();
  const sendHeartbeat = setInterval(() => {
    beatAt = now();
  }, beatEveryMs);
  sendHeartbeat.unref();
  const reasons = new Map<string, string>(parts.map((part) => [part, 'not tried yet']));
  return {
    alive: () => now() - beatAt < deadAfterMs,
    readiness: () => ({ ready: reasons.size === 0, reasons: Object.fromEntries(reasons) }),
    set(part, isWell, why = 'not well') {
      if (isWell) reasons.delete(part);
      else reasons.set(part, why);
    },
    stop: () => clearInterval(sendHeartbeat),
  };
}
