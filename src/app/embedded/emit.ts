import type { RunEvent } from '../../domain/event.ts';

/** How a run is followed and ended. */
export interface CopyHooks {
  readonly onEvent: (event: RunEvent) => void;
  /** Aborted: finish what is in flight. */
  readonly drain: AbortSignal;
  /** Aborted: stop now. */
  readonly signal: AbortSignal;
}

type Untimed<E> = E extends RunEvent ? Omit<E, 'at'> : never;

/** Gives out an event with the time of day. */
export function emit(hooks: Pick<CopyHooks, 'onEvent'>, event: Untimed<RunEvent>): void {
  hooks.onEvent({ at: new Date().toISOString(), ...event });
}
