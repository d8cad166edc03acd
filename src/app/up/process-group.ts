import { second } from '../../domain/units.ts';
import type { RoleEnd, RoleProcess } from './role-process.ts';

/** Time that processes have to end after a request to stop. */
export interface GraceTimes {
  /** Time to finish work in flight. */
  readonly graceMs: number;
  /** Additional time to release resources. */
  readonly spareMs: number;
  /** Time for both after a second request. */
  readonly abortMs: number;
}

/** Longer than a process itself waits for its work before it abandons it. */
export const defaultGrace = { spareMs: 10 * second, abortMs: 8 * second } as const;

/** Processes that run side by side and are stopped together. */
export interface RoleGroup {
  /** Aborted at the first request to stop. No process may be started from then on. */
  readonly stopping: AbortSignal;
  /** Adds a process to the group until it ends, and resolves then. */
  watch(process: RoleProcess): Promise<RoleEnd>;
  /** Sends SIGTERM to all processes, and later SIGKILL to those that have not ended. */
  readonly stop: () => void;
  /** Sends SIGTERM a second time, so that processes drop work in flight, and SIGKILL sooner. */
  readonly stopNow: () => void;
  /** Whether any process had to be killed. */
  killed(): boolean;
}

/** Creates an empty group. */
export function createRoleGroup({ graceMs, spareMs, abortMs }: GraceTimes): RoleGroup {
  const running = new Set<RoleProcess>();
  const stopping = new AbortController();
  let killed = false;

  const terminateAll = (): void => {
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
    terminateAll();
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
      terminateAll();
      killAfter(abortMs);
    },
    killed: () => killed,
  };
}
