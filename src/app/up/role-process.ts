import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Role } from '../../config/service-options.ts';

/** Message of a process to the one that started it: it works, and answers on this port. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly port: number;
}

/** One process of a cluster. */
export interface RolePlan {
  readonly role: Role;
  /** Of several with one role, from 1. */
  readonly number: number;
  /** After the entry. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a process ended. */
export interface RoleEnd {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that runs. */
export interface RoleProcess {
  /** Resolves at its end, whatever that is, when all that it said was heard. */
  readonly ended: Promise<RoleEnd>;
  /** Nothing where it has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** What is heard of a process. */
export interface RoleHooks {
  /** A line of either stream. */
  readonly onLine: (line: string) => void;
  readonly onReady: (port: number) => void;
}

/**
 * Starts a process. It is one of a group of its own, so that Ctrl-C reaches it through its parent alone; the channel
 * between both tells it when its parent is gone.
 *
 * @param entry - path of the module that it runs
 */
export function startRole(entry: string, { args, env }: RolePlan, { onLine, onReady }: RoleHooks): RoleProcess {
  const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
  }
  child.on('message', (message) => {
    if (isReady(message)) onReady(message.port);
  });
  const ended = new Promise<RoleEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      onLine(`flants: ${error.message} [internal]`);
      if (child.pid === undefined) resolve({ code: 1, signal: null });
    });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}
