import { second } from '../../domain/units.ts';
import type { RoleEnd, RoleProcess } from './role-process.ts';

/** How long processes that were asked to end may take. */
export interface GraceTimes {
  /** To finish what is in flight. */
  readonly graceMs: number;
  /** Beyond that, to let go of what they hold. */
  readonly spareMs: number;
  /** For both, when they are asked a second time. */
  readonly abortMs: number;
}

/** Longer than a process itself gives its work before it leaves it. */
export const defaultGrace = { spareMs: 10 * second, abortMs: 8 * second } as const;

/** The processes that run at a time, and end together. */
export interface RoleGroup {
  /** Aborted once they are asked to end: none is to be started from then on. */
  readonly stopping: AbortSignal;
  /** Counts a process in until its end, which it waits for. */
  watch(process: RoleProcess): Promise<RoleEnd>;
  /** Asks all to end; kills those that do not. */
  readonly stop: () => void;
  /** Asks a second time, so that they let go of what is in flight. */
  readonly stopNow: () => void;
  /** Whether some had to be killed. */
  killed(): boolean;
}

/** Keeps processes together. */
export function createRoleGroup({ graceMs, spareMs, abortMs }: GraceTimes): RoleGroup {
  const running = new Set<RoleProcess>();
  const stopping = new AbortController();
  let killed = false;

  const ask = (): void => {
    for (const each of running) each.kill('SIGTERM');
  };
  const killAfter = (delayMs: number): void => {
    const kill = (): void => {
      killed ||= running.size > 0;
      for (const each of running) each.kill('SIGKILL');
    };
    setTimeout(kill, delayMs).unref();
  };
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    ask();
    killAfter(graceMs + spareMs);
  };
  return {
    stopping: stopping.signal,
    async watch(process) {
      running.add(process);
      const end = await process.ended;
      running.delete(process);
      return end;
    },
    stop,
    stopNow: () => {
      stop();
      ask();
      killAfter(abortMs);
    },
    killed: () => killed,
  };
}
