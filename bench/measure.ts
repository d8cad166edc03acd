import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a command cost. */
export interface Cost {
  readonly seconds: number;
  /** User and system time of the command and all that it started. */
  readonly cpuSeconds: number;
  /** Most resident memory of the whole process tree at a time. */
  readonly peakBytes: number;
}

/** A cost, with what the command wrote to standard output. */
export interface Measured extends Cost {
  readonly stdout: string;
}

/** A command to be measured. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const sampleEveryMs = 20;
const maxRunMs = 15 * 60_000;
/** Of the times in `/proc`: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const kiB = 1024;

/** When a command that runs until it is asked to stop has done its work. */
export interface Goal {
  readonly isReached: () => Promise<boolean>;
  readonly lookEveryMs: number;
}

/**
 * Runs a command alone and tells what it cost. Linux only, one at a time: CPU time is what the kernel charges
 * this process for children that have ended.
 *
 * @param goal - for a command that does not end by itself: the time is taken when it is reached, then it gets SIGTERM
 * @throws when the command fails or takes longer than a quarter of an hour; what it wrote to standard error is in the message
 */
export async function measure({ file, args, env }: Command, goal?: Goal): Promise<Measured> {
  const cpuBefore = cpuSecondsOfChildren();
  const startedAt = performance.now();
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout: maxRunMs,
  });
  let [said, stdout] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, memoryOfTree(child.pid))), sampleEveryMs);
  try {
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (goal) await reach(goal, ended);
    const reachedAt = performance.now();
    if (goal) child.kill('SIGTERM');
    const code = await ended;
    const seconds = ((goal ? reachedAt : performance.now()) - startedAt) / 1000;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${said}`);
    return { seconds, cpuSeconds: cpuSecondsOfChildren() - cpuBefore, peakBytes, stdout };
  } finally {
    clearInterval(sampling);
  }
}

async function reach({ isReached, lookEveryMs }: Goal, ended: Promise<unknown>): Promise<void> {
  const over = ended.then(
    () => true,
    () => true,
  );
  for (;;) {
    if (await isReached()) return;
    if (await Promise.race([over, sleep(lookEveryMs, false)])) return;
  }
}

/** Fields 16 and 17 of proc_pid_stat(5); the second, in parentheses, may hold blanks. */
function cpuSecondsOfChildren(): number {
  const text = readFileSync('/proc/self/stat', 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Resident memory of a process and its descendants; the kernel's own high-water mark where there is but one. */
function memoryOfTree(pid: number | undefined): number {
  const pids = pid === undefined ? [] : treeOf(pid);
  const field = pids.length === 1 ? /^VmHWM:\s+(\d+)/m : /^VmRSS:\s+(\d+)/m;
  return pids.reduce((sum, each) => sum + Number(field.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * kiB, 0);
}

function treeOf(pid: number): number[] {
  const threads = entriesOf(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
