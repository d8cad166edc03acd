import type { RunEvent } from '../../domain/progress/event.ts';
import type { StandardInput } from './keep-stdin.ts';

/** Callback and stop signals of a run. */
export interface CopyHooks {
  /** The version of FLAnts. */
  readonly version: string;
  /** Where a catalogue named `-` comes from. Absent: standard input of this process. */
  readonly stdin?: StandardInput;
  readonly onEvent: (event: RunEvent) => void;
  /** Once aborted, files in flight are finished and no more work is taken. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
}

type Untimed<E> = E extends RunEvent ? Omit<E, 'at'> : never;

/** Adds the current time to an event and emits it. */
export function emit(hooks: Pick<CopyHooks, 'onEvent'>, event: Untimed<RunEvent>): void {
  hooks.onEvent({ at: new Date().toISOString(), ...event });
}
