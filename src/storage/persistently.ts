import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { second } from '../domain/units.ts';

/** How often a request is sent, and what is waited for. */
export interface Persistence {
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Whether a side that never answered is asked again, and one that asks to be left alone for long is waited for. */
  readonly isPatient: boolean;
  /** Of failures that may pass: those that asking once more would only repeat. Absent: none. */
  readonly isAnswer?: (failure: Failure) => boolean;
}

/** A passing failure must not end what took long, nor hide for long that something is wrong. */
const usual: Persistence = {
  attempts: 4,
  backoff: { baseDelayMs: second / 2, maxDelayMs: 2 * second },
  isPatient: true,
};

/**
 * Sends a request a few times, with growing delays, where the other side is overloaded, fails or breaks off.
 *
 * @throws {FlantsError} of the last attempt, or of the first that will not pass
 */
export async function persistently<T>(
  request: () => Promise<T>,
  signal: AbortSignal,
  { attempts, backoff, isPatient, isAnswer = () => false } = usual,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const failure = failureOf(error);
      const { code, retryable, retryAfterMs = 0 } = failure;
      // That bytes are refused is an answer.
      const isAnswered = code === 'store.checksum' || isAnswer(failure);
      if (!retryable || isAnswered || signal.aborted || attempt === attempts) throw error;
      if (!isPatient && (code === 'store.timeout' || retryAfterMs > backoff.maxDelayMs)) throw error;
      await sleep(Math.max(retryAfterMs, backoffMs(backoff, attempt - 1)), undefined, { signal });
    }
  }
}
