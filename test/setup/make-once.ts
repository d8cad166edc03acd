import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { cacheFolder } from '../../scripts/cache-folder.ts';

/**
 * A folder that is made at first use and kept in the cache. Several processes may make it at once; the first to be done
 * wins.
 *
 * @param name - another one when what is made would be another
 */
export async function makeOnce(kind: string, name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const folder = cacheFolder(kind, name);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(kind), { recursive: true });
  const draft = await mkdtemp(cacheFolder(kind, 'draft-'));
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
