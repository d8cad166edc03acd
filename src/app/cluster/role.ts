import type { Failure } from '../../domain/failure.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/** The work of one role in this process. */
export interface RunningRole {
  /**
   * Says again what a server that was emptied forgets: caps and schedules. Called at start and on a timer.
   *
   * @param options.again - at start a process has its own intervals hold, later it only mends what is gone
   */
  assert(options: { readonly again: boolean }): Promise<void>;
  /** Takes nothing more, and waits for what is in flight. */
  stop(): Promise<void>;
}

/** Something that people are told at once, beside what becomes of videos. */
export type Incident =
  | { readonly type: 'scan-failed'; readonly catalogue: string; readonly failure: Failure }
  | { readonly type: 'halted'; readonly failure: Failure };

/** What a role tells, and how it is ended. */
export interface ServiceHooks {
  /** Aborted: finish what is in flight, take nothing more. */
  readonly drain: AbortSignal;
  /** Aborted: drop what is in flight too. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Something went wrong that comes again by itself. */
  readonly onTrouble: (failure: Failure) => void;
  readonly alert: (incident: Incident) => Promise<void>;
}
