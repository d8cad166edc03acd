import type { Failure } from '../../domain/failure.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { RoleMetrics } from '../../telemetry/metrics.ts';

/** A role that runs in this process. */
export interface RunningRole {
  /**
   * Sets the caps and schedules that a wiped Redis forgets. Called at the start and on a timer.
   *
   * @param options.again - false at the start: the intervals of this process take effect. True on the timer: only
   *   missing schedules are added
   */
  assert(options: { readonly again: boolean }): Promise<void>;
  /** Takes no more jobs and waits for those in flight. */
  stop(): Promise<void>;
}

/** An event that concerns the whole service and raises an alert at once. */
export type Incident =
  | { readonly type: 'scan-failed'; readonly catalogue: string; readonly failure: Failure }
  | { readonly type: 'halted'; readonly failure: Failure };

/** Callbacks, telemetry and stop signals of a role. */
export interface ServiceHooks {
  /** Once aborted, files in flight are finished and no more work is taken. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly metrics: RoleMetrics;
  /** A job failed and is delivered again by its queue. */
  readonly onTrouble: (failure: Failure) => void;
  readonly alert: (incident: Incident) => Promise<void>;
  /** Why the work of the role cannot continue; undefined once it does. */
  readonly onWork: (halted: Failure | undefined) => void;
}
