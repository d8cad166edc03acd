import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { FlantsError } from '../../domain/failure.ts';

/** Whether `path` is `folder` or below it. Both are absolute. */
export function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** The path with symbolic links resolved, as far as it exists. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}

/** The deepest folder that contains all paths. Undefined without paths. */
export function sharedFolder(folders: readonly string[]): string | undefined {
  const [first, ...others] = folders;
  if (first === undefined) return undefined;
  let shared = first;
  while (!others.every((folder) => isWithin(folder, shared))) shared = dirname(shared);
  return shared;
}

/**
 * Checks, before any work, that the folder of a file to be written exists, and that it is named as one.
 *
 * @throws {FlantsError} `usage`
 */
export async function assertParent(path: string, option: string): Promise<void> {
  // Elsewhere that is standard output: nobody wants a file of that name.
  if (basename(path) === '-') throw new FlantsError('usage', `${option} is -: expected the path of a file`);
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (!folder?.isDirectory())
    throw new FlantsError('usage', `${option} names ${path}, but there is no folder ${dirname(path)}`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new FlantsError('usage', `${option} names ${path}, which is a folder`);
}
