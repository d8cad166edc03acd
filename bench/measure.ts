import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** What a command cost. */
export interface Cost {
  readonly seconds: number;
  /** User and system time of the command and all that it started. */
  readonly cpuSeconds: number;
  /** Most resident memory of the whole process tree at a time. */
  readonly peakBytes: number;
}

/** A command to be measured. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const sampleEveryMs = 20;
const maxRunMs = 2 * 60_000;
/** Of the times in `/proc`: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const kiB = 1024;

/**
 * Runs a command alone and tells what it cost. Linux only, one at a time: CPU time is what the kernel charges
 * this process for children that have ended.
 *
 * @throws when the command fails or takes longer than two minutes; what it wrote to standard error is in the message
 */
export async function measure({ file, args, env }: Command): Promise<Cost> {
  const cpuBefore = cpuSecondsOfChildren();
  const startedAt = performance.now();
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    timeout: maxRunMs,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, memoryOfTree(child.pid))), sampleEveryMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${said}`);
    return { seconds, cpuSeconds: cpuSecondsOfChildren() - cpuBefore, peakBytes };
  } finally {
    clearInterval(sampling);
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
