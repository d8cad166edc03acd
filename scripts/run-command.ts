import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The checkout's own folder. */
export const projectFolder: string = join(import.meta.dirname, '..');

/** How a command ended, with all it wrote. */
export interface CommandResult {
  /** Exit code; 127 when the command does not exist, 128 when a signal or the time-out ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command's words go, and what it may take. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Shows what it writes while it runs, and keeps nothing. */
  readonly show?: boolean;
  /** Ends it after this long. */
  readonly timeoutMs?: number;
}

/** Runs a command in the checkout, without input. Never throws: a command that cannot start has code 127. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? projectFolder,
    env: { ...process.env, ...options.env },
    stdio: options.show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      stderr.push(Buffer.from(error.message));
      resolve(127);
    });
    child.on('close', (exit, signal) => resolve(exit ?? (signal ? 128 : 1)));
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** Runs a development tool of this checkout (a name in `node_modules/.bin`) on the Node that runs this script. */
export async function runTool(name: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return runCommand(process.execPath, [join(projectFolder, 'node_modules', '.bin', name), ...args], options);
}
