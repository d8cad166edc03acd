import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './errors.ts';

/** Others may remove a parent as often before the folder is in it. */
const maxTries = 16;

/**
 * Creates a folder and its missing parents.
 *
 * On a read-only file system Node's own `recursive` option reports that the path does not exist. This reports the
 * cause. Some file systems, such as /proc and mounts that were lost, say so of a folder whose parent exists: there Node's
 * option never ends.
 *
 * @throws the error of the operating system
 */
export async function makeFolder(path: string, tries = maxTries): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' && dirname(path) !== path && tries > 1) {
      await makeFolder(dirname(path));
      await makeFolder(path, tries - 1);
      return;
    }
    const found = await lstat(path).catch(errnoOf);
    const isFolder =
      typeof found === 'object' && (found.isSymbolicLink() ? await leadsToFolder(path) : found.isDirectory());
    if (isFolder) return;
    if (code !== 'EEXIST' || found !== 'ENOENT') throw error;
    // Another process created it and removed it again.
    await makeFolder(path);
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
