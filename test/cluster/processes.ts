import { readFile } from 'node:fs/promises';

/** Process ids of those that a process started and that run. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text
    .split(' ')
    .filter((each) => each.trim() !== '')
    .map(Number);
}

/** The child of `flants up` that has a role. */
export async function childOf(pid: number, role: string): Promise<number> {
  for (const child of await childrenOf(pid)) {
    const words = (await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes(role)) return child;
  }
  throw new Error(`${pid} has no ${role}`);
}

/** False for one that ended and was not yet asked how. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}
