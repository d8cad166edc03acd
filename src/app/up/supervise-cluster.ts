import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessKind } from '../../config/service-options.ts';
import { failureCodes, FlantsError } from '../../domain/failure.ts';
import { minute } from '../../domain/units.ts';
import { restartDelayMs, defaultRestartDelays } from './restart-delay.ts';
import type { RestartDelays } from './restart-delay.ts';
import { createRoleGroup, defaultGrace } from './process-group.ts';
import type { GraceTimes, RoleGroup } from './process-group.ts';
import { startRole } from './role-process.ts';
import type { RoleEnd, RolePlan } from './role-process.ts';
import { readLogLine } from '../../telemetry/log-line.ts';

/** The processes to run, and how to restart and stop them. */
export interface Supervision {
  /** Path of the module that each process runs. */
  readonly entry: string;
  readonly plans: readonly RolePlan[];
  /** Time that a process has to finish work in flight after a request to stop. */
  readonly graceMs: number;
  readonly pace?: RestartDelays;
  readonly startPatienceMs?: number;
  readonly patience?: Omit<GraceTimes, 'graceMs'>;
}

/** A process that is ready. */
export interface ReadyRole {
  readonly kind: ProcessKind;
  readonly number: number;
  /** Port on which it serves HTTP. */
  readonly port: number;
}

/** Callbacks and stop signals of a supervised cluster. */
export interface UpHooks {
  /** Once aborted, all processes finish their work in flight and end. */
  readonly drain: AbortSignal;
  /** Once aborted, all processes drop their work in flight and end. */
  readonly signal: AbortSignal;
  /** A line of output of a process. */
  readonly onLine: (plan: RolePlan, line: string) => void;
  /** Called once, when every process has been ready at least once. */
  readonly onReady: (roles: readonly ReadyRole[]) => void;
  /** A process ended unasked and is restarted after the delay. `how` is a message for people. */
  readonly onRestart: (plan: RolePlan, how: string, delayMs: number) => void;
}

/** How the cluster ended. */
export interface UpEnd {
  /** Whether any process had to be killed. */
  readonly killed: boolean;
}

/** Latest lines of a process that are remembered, to find its last error. */
const maxRecentLines = 20;

/** How long none may be ready for a reason that passes, such as a store that is overloaded just then. */
const usualStartPatienceMs = minute;

/**
 * Runs the processes of a cluster until a stop signal, and restarts each process that ends.
 *
 * A process that ends before it was ever ready is restarted too, where the reason may pass: for a minute, and as long as
 * others are ready. One that finds out in the first minute, when it was ready, that its options contradict each other or the
 * library, is not: the sources are looked at after the first scan.
 *
 * @throws {FlantsError} the last error in the output of any other process that ended with exit code 1 before it was ever
 *   ready, or of one with such options. All other processes are stopped first
 */
export async function superviseCluster(supervision: Supervision, hooks: UpHooks): Promise<UpEnd> {
  const { plans, graceMs, patience = defaultGrace } = supervision;
  const group = createRoleGroup({ graceMs, ...patience });
  const ready = watchReady(plans, hooks.onReady);
  let fatal: Error | undefined;

  hooks.drain.addEventListener('abort', group.stop, { once: true });
  hooks.signal.addEventListener('abort', group.stopNow, { once: true });
  if (hooks.drain.aborted || hooks.signal.aborted) group.stop();
  try {
    await Promise.all(
      plans.map((plan) =>
        superviseRole(plan, { supervision, hooks, group, ready }).catch((error: unknown) => {
          fatal ??= error instanceof Error ? error : new Error(String(error));
          group.stop();
        }),
      ),
    );
  } finally {
    hooks.drain.removeEventListener('abort', group.stop);
    hooks.signal.removeEventListener('abort', group.stopNow);
  }
  if (fatal) throw fatal;
  return { killed: group.killed() };
}

/** Processes that have been ready at least once. */
interface ReadyRoles {
  any(): boolean;
  has(plan: RolePlan): boolean;
  add(plan: RolePlan, port: number): void;
}

function watchReady(plans: readonly RolePlan[], onAll: UpHooks['onReady']): ReadyRoles {
  const ready = new Map<RolePlan, ReadyRole>();
  return {
    any: () => ready.size > 0,
    has: (plan) => ready.has(plan),
    add: (plan, port) => {
      const isFirst = !ready.has(plan);
      ready.set(plan, { kind: plan.kind, number: plan.number, port });
      if (isFirst && ready.size === plans.length) onAll(plans.flatMap((each) => ready.get(each) ?? []));
    },
  };
}

interface SupervisedGroup {
  readonly supervision: Supervision;
  readonly hooks: UpHooks;
  readonly group: RoleGroup;
  readonly ready: ReadyRoles;
}

/** Starts a process again and again until the group is stopped. */
async function superviseRole(plan: RolePlan, { supervision, hooks, group, ready }: SupervisedGroup): Promise<void> {
  const { entry, pace = defaultRestartDelays, startPatienceMs = usualStartPatienceMs } = supervision;
  const patientUntil = performance.now() + startPatienceMs;
  let delayMs = 0;
  while (!group.stopping.aborted) {
    const startedAt = performance.now();
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
      if (lines.length > maxRecentLines) lines.shift();
      hooks.onLine(plan, line);
    };
    const end = await group.watch(startRole(entry, plan, { onLine, onReady: (port) => ready.add(plan, port) }));
    if (group.stopping.aborted) return;
    if (end.code === 1) {
      const error = lastErrorOf(plan, lines);
      const isStarting = performance.now() <= patientUntil;
      const isOver = ready.has(plan)
        ? isStarting && error.code === 'usage'
        : !error.failure.retryable || (!isStarting && !ready.any());
      if (isOver) throw error;
    }
    delayMs = restartDelayMs(pace, delayMs, performance.now() - startedAt);
    hooks.onRestart(plan, describeEnd(end), delayMs);
    await sleep(delayMs, undefined, { signal: group.stopping }).catch(() => {});
  }
}

function describeEnd({ code, signal }: RoleEnd): string {
  return signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
}

/**
 * Finds the last error in the output: a log line of level `error`, or the final line of a command: `flants: what
 * [code]`.
 */
function lastErrorOf({ kind }: RolePlan, lines: readonly string[]): FlantsError {
  for (const line of lines.toReversed()) {
    const [, printed, printedCode] = /^flants: (.*) \[([\w.-]+)\]$/.exec(line) ?? [];
    const logged = readLogLine(line);
    const message = printed ?? (logged?.level === 'error' ? logged.message : undefined);
    const code = failureCodes.find((each) => each === (printedCode ?? logged?.fields['code']));
    const retryable = logged?.fields['retryable'] === true;
    if (message !== undefined && code !== undefined) return new FlantsError(code, `${kind}: ${message}`, { retryable });
  }
  const said = lines.at(-1) ?? 'it printed nothing';
  return new FlantsError('internal', `${kind} ended with 1 before it was ready: ${said}`, { retryable: false });
}
