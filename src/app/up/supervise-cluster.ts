import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from '../../config/service-options.ts';
import { failureCodes, FlantsError } from '../../domain/failure.ts';
import { restartDelayMs, defaultRestartDelays } from './restart-delay.ts';
import type { RestartDelays } from './restart-delay.ts';
import { createRoleGroup, defaultGrace } from './process-group.ts';
import type { GraceTimes, RoleGroup } from './process-group.ts';
import { startRole } from './role-process.ts';
import type { RoleEnd, RolePlan } from './role-process.ts';
import { readLogLine } from '../../telemetry/log-line.ts';

/** What to run and keep running. */
export interface Supervision {
  /** Path of the module that each process runs. */
  readonly entry: string;
  readonly plans: readonly RolePlan[];
  /** How long a process may take to end by itself when it is asked to. */
  readonly graceMs: number;
  readonly pace?: RestartDelays;
  readonly patience?: Omit<GraceTimes, 'graceMs'>;
}

/** A process that is ready. */
export interface ReadyRole {
  readonly role: Role;
  readonly number: number;
  /** Where it answers. */
  readonly port: number;
}

/** What whoever runs a cluster hears and says. */
export interface UpHooks {
  /** Aborted: end all in order. */
  readonly drain: AbortSignal;
  /** Aborted: end all now. */
  readonly signal: AbortSignal;
  /** A line that a process said. */
  readonly onLine: (plan: RolePlan, line: string) => void;
  /** All were ready for the first time. */
  readonly onReady: (roles: readonly ReadyRole[]) => void;
  /** A process ended by itself. */
  readonly onRestart: (plan: RolePlan, how: string, delayMs: number) => void;
}

/** How it ended: whether some process had to be killed. */
export interface UpEnd {
  readonly killed: boolean;
}

/** Lines of a process that are kept, to know what it said last. */
const keptLines = 20;

/**
 * Runs the processes of a cluster until it is told to stop, and starts again each that ends.
 *
 * @throws {FlantsError} what a process said that ended with 1 before it was ever ready: all others are stopped
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
        keepUp(plan, { supervision, hooks, group, ready }).catch((error: unknown) => {
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

/** Which processes were ready at least once. */
interface ReadyRoles {
  has(plan: RolePlan): boolean;
  add(plan: RolePlan, port: number): void;
}

function watchReady(plans: readonly RolePlan[], onAll: UpHooks['onReady']): ReadyRoles {
  const ready = new Map<RolePlan, ReadyRole>();
  return {
    has: (plan) => ready.has(plan),
    add: (plan, port) => {
      const isFirst = !ready.has(plan);
      ready.set(plan, { role: plan.role, number: plan.number, port });
      if (isFirst && ready.size === plans.length) onAll(plans.flatMap((each) => ready.get(each) ?? []));
    },
  };
}

interface Upkeep {
  readonly supervision: Supervision;
  readonly hooks: UpHooks;
  readonly group: RoleGroup;
  readonly ready: ReadyRoles;
}

/** One life after the other, until the group is stopped. */
async function keepUp(plan: RolePlan, { supervision, hooks, group, ready }: Upkeep): Promise<void> {
  const { entry, pace = defaultRestartDelays } = supervision;
  let delayMs = 0;
  while (!group.stopping.aborted) {
    const begun = performance.now();
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      hooks.onLine(plan, line);
    };
    const end = await group.watch(startRole(entry, plan, { onLine, onReady: (port) => ready.add(plan, port) }));
    if (group.stopping.aborted) return;
    if (end.code === 1 && !ready.has(plan)) throw whatItSaid(plan, lines);
    delayMs = restartDelayMs(pace, delayMs, performance.now() - begun);
    hooks.onRestart(plan, howItEnded(end), delayMs);
    await sleep(delayMs, undefined, { signal: group.stopping }).catch(() => {});
  }
}

function howItEnded({ code, signal }: RoleEnd): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** The last error that it told, in its log or as the line with which a command ends: `flants: what [code]`. */
function whatItSaid({ role }: RolePlan, lines: readonly string[]): FlantsError {
  for (const line of lines.toReversed()) {
    const [, said, codeSaid] = /^flants: (.*) \[([\w.-]+)\]$/.exec(line) ?? [];
    const logged = readLogLine(line);
    const message = said ?? (logged?.level === 'error' ? logged.message : undefined);
    const code = failureCodes.find((each) => each === (codeSaid ?? logged?.fields['code']));
    if (message !== undefined && code !== undefined) return new FlantsError(code, `${role}: ${message}`);
  }
  return new FlantsError('internal', `${role} ended with 1 before it was ready: ${lines.at(-1) ?? 'it said nothing'}`);
}
