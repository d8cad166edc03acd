import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this process may mount file systems: as root on Linux, where containers do not forbid it. */
export const canMount = trial();

/** Mounts an empty file system of this size there, for as long as `work` takes. */
export async function withSmallDisk<T>(place: string, sizeKiB: number, work: () => Promise<T>): Promise<T> {
  return mounted(['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', place], place, work);
}

/** Makes a small disk larger, with all that is on it. */
export function growDisk(place: string, sizeKiB: number): void {
  spawnSync('mount', ['-o', `remount,size=${sizeKiB}k`, place]);
}

/** Shows a folder at another place, where nobody can write to it, not even root. */
export async function withReadOnly<T>(folder: string, place: string, work: () => Promise<T>): Promise<T> {
  return mounted(['--bind', '-o', 'ro', folder, place], place, work);
}

async function mounted<T>(args: readonly string[], place: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(place, { recursive: true });
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
  try {
    return await work();
  } finally {
    spawnSync('umount', [place]);
  }
}

function trial(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'flants-mount-'));
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place]).status === 0;
  if (made) spawnSync('umount', [place]);
  rmSync(place, { recursive: true });
  return made;
}
