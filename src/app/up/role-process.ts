import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProcessKind } from '../../config/service-options.ts';

/** Message from a process to its parent: it is ready and serves HTTP on this port. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly port: number;
}

/** How to start one process of a cluster. */
export interface RolePlan {
  readonly kind: ProcessKind;
  /** Counts the processes with one role, from 1. */
  readonly number: number;
  /** Arguments after the entry module. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a process ended. */
export interface RoleEnd {
  /** Exit code. Null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process. */
export interface RoleProcess {
  /** Resolves when the process has ended, however it ended, and all its output was delivered. Never rejects. */
  readonly ended: Promise<RoleEnd>;
  /** Does nothing if the process has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** Callbacks of a process. */
export interface RoleHooks {
  /** A line of stdout or stderr. */
  readonly onLine: (line: string) => void;
  readonly onReady: (port: number) => void;
}

/**
 * Starts a process. It gets a process group of its own, so that Ctrl-C reaches it only through its parent. When the IPC
 * channel closes, it knows that its parent is gone.
 *
 * @param entry - path of the module that the process runs
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
