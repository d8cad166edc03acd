import { second } from '../domain/units.ts';

/** When to stop, in milliseconds from now. */
export interface Deadline {
  /** No more files are started. */
  readonly drainMs: number;
  /** Files in flight are dropped. What is left is for evidence and answer. */
  readonly abortMs: number;
}

/**
 * Divides the time that an invocation has left. It is counted from now, and no clock is compared with another.
 *
 * @param remainingMs - until the service ends the function
 */
export function deadlineIn(remainingMs: number): Deadline {
  const fileMs = Math.min(30 * second, remainingMs / 4);
  const answerMs = Math.min(5 * second, remainingMs / 10);
  return { drainMs: Math.max(0, remainingMs - fileMs), abortMs: Math.max(0, remainingMs - answerMs) };
}

/**
 * Whether a file that was dropped at the deadline is to blame: it had most of the invocation for itself. One that began
 * later comes again, and is not charged for it.
 */
export function hadItsTime(ranMs: number, remainingMs: number): boolean {
  return ranMs >= remainingMs / 2;
}
