/** What a run may do in all, and what one function does at most. */
export interface SharedLimits {
  /** Invocations that may be in flight. */
  readonly invocations: number;
  /** Files in flight in one function. */
  readonly connectionsEach: number;
  /** Files in flight in all functions together. Absent: no limit. */
  readonly connections?: number;
}

/**
 * Divides caps among the functions that may run at a time, so that all of them together never exceed them. Nothing is
 * handed back and forth while they run: a function that was lost takes nothing along that others wait for. Where there
 * are fewer connections than functions could use, there are fewer functions.
 *
 * @returns the invocations that may be in flight, and the files in flight in each
 */
export function shareOut({ invocations, connectionsEach, connections = Infinity }: SharedLimits): {
  readonly invocations: number;
  readonly connections: number;
} {
  const usable = Math.max(1, Math.min(invocations, Math.ceil(connections / connectionsEach)));
  const each = Math.max(1, Math.min(connectionsEach, Math.floor(connections / usable)));
  return { invocations: usable, connections: each };
}
