import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
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

/** No write takes this long: older files were left by a process that died. */
const abandonedAfterMs = 24 * 60 * minute;

/** A file under a temporary name. */
export interface StagedFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/**
 * Makes files appear complete: they are written to a private folder on the same file system, then linked
 * (which fails where something stands) or renamed (which replaces it).
 *
 * Nothing is fsynced: that would cost more than the copy of a segment. After a power cut a file may be short
 * or gone although it was answered; the listing with which the next run begins compares sizes and finds that.
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
    const handle = await open(path, 'wx').catch(async (error: unknown) => {
      // Another store on the same folder was closed and took the empty staging folder away.
      if (errnoOf(error) !== 'ENOENT') throw error;
      await makeFolder(this.#folder);
      return open(path, 'wx');
    });
    return { path, handle };
  }

  /** Gives a closed staged file its name, if the condition holds; takes it away otherwise. */
  async publish(path: string, etag: string, key: string, condition: WriteCondition): Promise<PutResult> {
    try {
      await this.#makeParent(key);
      const published = await this.#place(path, join(this.#root, key), condition);
      return published ? { result: 'stored', etag } : { result: 'precondition-failed' };
    } finally {
      await this.discard(path);
    }
  }

  /** Takes a staged file away; one that has its name or is gone already is no error. */
  async discard(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    // Fails while another store is at work in it, which is as it should be.
    await rmdir(this.#folder).catch(() => undefined);
  }

  async #place(path: string, target: string, condition: WriteCondition): Promise<boolean> {
    if (condition === undefined) {
      await rename(path, target);
      return true;
    }
    if ('ifNoneMatch' in condition) return createOnly(path, target);
    return this.#inTurn(target, async () => {
      // Between look and rename another process may write; within this one the turns prevent it.
      if (!isConditionMet(condition, await standingAt(target))) return false;
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

  /** Makes the folders of a key without following a symbolic link out of the root. */
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
    // FAT and some network file systems have no links: there, only look before.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    if (await standingAt(target)) return false;
    await rename(path, target);
    return true;
  }
}

async function standingAt(target: string): Promise<{ readonly etag: string } | undefined> {
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
