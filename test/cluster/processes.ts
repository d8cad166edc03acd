import { readFile } from 'node:fs/promises';
import type { ProcessKind } from '../../src/config/service-options.ts';

/** Process ids of those that a process started and that run. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text
    .split(' ')
    .filter((each) => each.trim() !== '')
    .map(Number);
}

/** The child of `flants up` that was started by a verb, such as `transfer`. */
export async function childOf(pid: number, verb: ProcessKind): Promise<number> {
  for (const child of await childrenOf(pid)) {
    const words = (await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes(verb)) return child;
  }
  throw new Error(`${pid} has no ${verb}`);
}

/** False for one that ended and was not yet asked how. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}
