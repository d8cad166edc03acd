import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareUtf8 } from '../../domain/compare-utf8.ts';
import { errnoOf, folderError } from './errors.ts';
import { etagOf, isStagingName } from './staging.ts';
import type { StoredObject } from '../object-store.ts';

/** Which part of a folder to list. */
export interface FolderListing {
  readonly prefix: string;
  readonly after: string;
  readonly signal: AbortSignal;
}

/**
 * Lists the files below a folder in the byte order of their keys. Holds the names of one folder per level in memory.
 * Symbolic links to files are listed. Those to folders are not followed, because they may form a cycle.
 *
 * @param folder - key of the folder with its trailing slash; empty for the root
 */
export async function* listFolder(root: string, folder: string, listing: FolderListing): AsyncGenerator<StoredObject> {
  const { prefix, after, signal } = listing;
  for (const name of await namesIn(join(root, folder), folder === '')) {
    if (signal.aborted) throw folderError(signal.reason, root, signal);
    const key = folder + name;
    if (name.endsWith('/')) {
      const mayHold = key.startsWith(prefix) || prefix.startsWith(key);
      const mayFollow = compareUtf8(key, after) > 0 || after.startsWith(key);
      if (mayHold && mayFollow) yield* listFolder(root, key, listing);
    } else if (key.startsWith(prefix) && compareUtf8(key, after) > 0) {
      const object = await describe(root, key);
      if (object) yield object;
    }
  }
}

/** Returns folders with a trailing slash, so that they sort as the keys below them do. */
async function namesIn(path: string, isRoot: boolean): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => !isStagingName(entry.name, isRoot))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .toSorted(compareUtf8);
  } catch (error) {
    // The folder was removed after its parent was read, or never existed.
    if (errnoOf(error) === 'ENOENT') return [];
    throw folderError(error, path);
  }
}

async function describe(root: string, key: string): Promise<StoredObject | undefined> {
  try {
    const stats = await stat(join(root, key), { bigint: true });
    return stats.isFile() ? { key, sizeBytes: Number(stats.size), etag: etagOf(stats), metadata: {} } : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw folderError(error, join(root, key));
  }
}
