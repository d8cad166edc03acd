import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { constants, copyFile, link, lstat, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { FlantsError } from '../../domain/failure.ts';
import { minute } from '../../domain/units.ts';
import type { PutResult, WriteCondition } from '../object-store.ts';
import { errnoOf } from './errors.ts';
import { isConditionMet } from '../write-condition.ts';
import { makeFolder } from './make-folder.ts';

/** Folder below the root in which files are written before they get their final name. It is never listed. */
export const stagingName = '.flants-tmp';

/** How names begin of files that are written beside their final one. They are never listed, and are no keys. */
const besidePrefix = `${stagingName}-`;

/** Whether a name is one of a file that is not complete yet. */
export function isStagingName(name: string, isInRoot: boolean): boolean {
  return (isInRoot && name === stagingName) || name.startsWith(besidePrefix);
}

/** No write takes this long: older files were left by a process that died. */
const abandonedAfterMs = 24 * 60 * minute;

/** So often in a row another store would have to remove the staging folder right after it was made. */
const maxAttempts = 10;

/** A file under a temporary name. */
export interface StagedFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/**
 * Makes files appear complete: they are written to a private folder on the same file system, then linked (which fails
 * if the name is taken) or renamed (which replaces the file).
 *
 * Nothing is fsynced, since that would cost more than copying a segment. After a power failure a file that was reported
 * as written may be short or missing. The listing with which the next run begins compares sizes and finds it.
 */
export class FolderStaging {
  readonly #root: string;
  readonly #folder: string;
  #realRoot: Promise<string> | undefined;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, stagingName);
  }

  async create(): Promise<StagedFile> {
    await this.#prepare();
    const path = join(this.#folder, randomUUID());
    for (let attempt = 1; ; attempt++) {
      try {
        return { path, handle: await open(path, 'wx') };
      } catch (error) {
        // Another store on the same folder was closed and removed the empty staging folder.
        if (errnoOf(error) !== 'ENOENT' || attempt === maxAttempts) throw error;
        await makeFolder(this.#folder);
      }
    }
  }

  /** Moves a closed staged file to its final name if the condition holds, and deletes it otherwise. */
  async publish(path: string, etag: string, key: string, condition: WriteCondition): Promise<PutResult> {
    const target = join(this.#root, key);
    try {
      await this.#makeParent(key);
      const published = await this.#place(path, target, condition);
      return published ? { result: 'stored', etag } : { result: 'precondition-failed' };
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      return await this.#publishAcross(path, target, condition);
    } finally {
      await this.discard(path);
    }
  }

  /** Deletes a staged file. It may have been published or deleted already. */
  async discard(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    // Fails, as it should, while another store has files there.
    await rmdir(this.#folder).catch(() => undefined);
  }

  /** The folder of the key is another file system, mounted below the root: the file is written once more, beside its name. */
  async #publishAcross(path: string, target: string, condition: WriteCondition): Promise<PutResult> {
    const beside = join(dirname(target), `${besidePrefix}${randomUUID()}`);
    try {
      await copyFile(path, beside, constants.COPYFILE_EXCL);
      const etag = etagOf(await stat(beside, { bigint: true }));
      const published = await this.#place(beside, target, condition);
      return published ? { result: 'stored', etag } : { result: 'precondition-failed' };
    } finally {
      await this.discard(beside);
    }
  }

  async #place(path: string, target: string, condition: WriteCondition): Promise<boolean> {
    if (condition === undefined) {
      await rename(path, target);
      return true;
    }
    if ('ifNoneMatch' in condition) return createOnly(path, target);
    return this.#inTurn(target, async () => {
      // Another process may write between the look and the rename. Within this process, turns prevent that.
      if (!isConditionMet(condition, await objectAt(target))) return false;
      await rename(path, target);
      return true;
    });
  }

  async #inTurn<T>(target: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(target) ?? Promise.resolve()).then(work, work);
    this.#turns.set(target, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(target) === turn) this.#turns.delete(target);
    }
  }

  #prepare(): Promise<string> {
    this.#realRoot ??= this.#prepareOnce().catch((error: unknown) => {
      this.#realRoot = undefined;
      throw error;
    });
    return this.#realRoot;
  }

  async #prepareOnce(): Promise<string> {
    await makeFolder(this.#folder);
    await removeAbandoned(this.#folder);
    return realpath(this.#root);
  }

  /** Creates the folders of a key without following a symbolic link out of the root. */
  async #makeParent(key: string): Promise<void> {
    const realRoot = await this.#prepare();
    const parent = dirname(join(this.#root, key));
    let existing = parent;
    let real = await realpathIfAny(existing);
    while (real === undefined) {
      existing = dirname(existing);
      real = await realpathIfAny(existing);
    }
    if (real !== realRoot && !real.startsWith(realRoot + sep)) {
      throw new FlantsError('store.key', `${parent}: a symbolic link leads out of ${this.#root}`);
    }
    if (existing !== parent) await makeFolder(parent);
  }
}

/** The ETag of a file. It changes with every write, since each write creates a new inode. */
export function etagOf(stats: BigIntStats): string {
  return `"${stats.ino.toString(16)}-${stats.size.toString(16)}-${stats.mtimeNs.toString(16)}"`;
}

async function createOnly(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') {
      if ((await lstat(target)).isDirectory())
        throw new FlantsError('store.key', `${target}: a folder stands there`, { cause: error });
      return false;
    }
    // FAT and some network file systems have no hard links. There, the check before the rename is all there is.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    if (await objectAt(target)) return false;
    await rename(path, target);
    return true;
  }
}

async function objectAt(target: string): Promise<{ readonly etag: string } | undefined> {
  try {
    return { etag: etagOf(await stat(target, { bigint: true })) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function realpathIfAny(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}
