import { open, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FlantsError } from '../../domain/failure.ts';
import { GiB } from '../../domain/units.ts';
import { crc32Hex, measureBody } from '../checksum.ts';
import { errnoOf, folderError } from './errors.ts';
import { listFolder } from './list.ts';
import { FolderStaging, etagOf, isStagingName } from './staging.ts';
import { folderUpload } from './upload.ts';
import type { ObjectStore, PutOptions, PutResult, StoreLimits, StoredObject, Upload } from '../object-store.ts';
import { assertStorableKey } from '../store-key.ts';
import { bodyOf } from '../stream-body.ts';

const folderLimits: StoreLimits = { maxPutBytes: 1 * GiB, minPartBytes: 1, maxPartCount: 10_000 };

type Call = { readonly signal: AbortSignal };

/**
 * A store in a local folder, in which a key is a path. The folder is created by the first write.
 *
 * Content type, cache control and metadata are not kept. `head` reads the file to compute its checksum, since a file
 * system keeps none, and callers of `head` want it.
 */
export function openFolderStore(options: { readonly path: string }): ObjectStore {
  return new FolderStore(resolve(options.path));
}

class FolderStore implements ObjectStore {
  readonly name: string;
  readonly limits = folderLimits;
  readonly #staging: FolderStaging;

  constructor(root: string) {
    this.name = root;
    this.#staging = new FolderStaging(root);
  }

  async head(key: string, { signal }: Call): Promise<StoredObject | undefined> {
    const path = this.#pathOf(key, signal);
    return this.#withErrors(path, signal, async () => {
      const handle = await openIfAny(path);
      if (!handle) return undefined;
      const object = await describe(key, handle);
      const { crc32 } = await measureBody(handle.createReadStream({ signal }) as AsyncIterable<Uint8Array>);
      return { ...object, crc32 };
    });
  }

  async get(key: string, { signal, range }: Parameters<ObjectStore['get']>[1]): ReturnType<ObjectStore['get']> {
    const path = this.#pathOf(key, signal);
    return this.#withErrors(path, signal, async () => {
      const handle = await openIfAny(path);
      if (!handle) return undefined;
      const object = await describe(key, handle);
      const part = range && { start: range.from, end: range.to };
      const stream = handle.createReadStream({ signal, ...part });
      return { object, body: bodyOf(stream, (error) => folderError(error, path, signal)) };
    });
  }

  async put(key: string, body: Uint8Array, crc32: string, options: PutOptions): Promise<PutResult> {
    const { condition, signal } = options;
    const path = this.#pathOf(key, signal);
    if (crc32Hex(body) !== crc32)
      throw new FlantsError('store.checksum', `${path}: other bytes arrived than were sent`);
    return this.#withErrors(path, signal, async () => {
      const staged = await this.#staging.create();
      const etag = await fill(staged.handle, body, signal).catch(async (error: unknown) => {
        await this.#staging.discard(staged.path);
        throw error;
      });
      return this.#staging.publish(staged.path, etag, key, condition);
    });
  }

  async upload(key: string, options: PutOptions): Promise<Upload> {
    return folderUpload(this.#staging, key, this.#pathOf(key, options.signal), options);
  }

  list(prefix: string, { signal, after = '' }: Call & { readonly after?: string }): AsyncIterable<StoredObject> {
    return listFolder(this.name, '', { prefix, after, signal });
  }

  async delete(key: string, { signal }: Call): Promise<void> {
    const path = this.#pathOf(key, signal);
    await this.#withErrors(path, signal, async () => {
      try {
        await unlink(path);
      } catch (error) {
        if (!isAbsent(error) && errnoOf(error) !== 'EISDIR') throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#staging.close();
  }

  #pathOf(key: string, signal: AbortSignal): string {
    if (signal.aborted) throw folderError(signal.reason, this.name, signal);
    assertStorableKey(key, this.name);
    const segments = key.split('/');
    if (segments.includes('') || segments.some((name, depth) => isStagingName(name, depth === 0))) {
      throw new FlantsError(
        'store.key',
        `${this.name} cannot hold ${JSON.stringify(key)}: a folder has no such file name`,
      );
    }
    return join(this.name, key);
  }

  async #withErrors<T>(place: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw folderError(error, place, signal);
    }
  }
}

/** Whether the error means that there is no such file: the name is absent, or one of its parents is a file. */
function isAbsent(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}

/** Opens a regular file. Undefined for anything else, so that it never waits for a pipe or device. */
async function openIfAny(path: string): Promise<FileHandle | undefined> {
  try {
    return (await stat(path)).isFile() ? await open(path, 'r') : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** What the file system says of an open file, which is closed when it says nothing. */
async function describe(key: string, handle: FileHandle): Promise<StoredObject> {
  const stats = await handle.stat({ bigint: true }).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  return { key, sizeBytes: Number(stats.size), etag: etagOf(stats), metadata: {} };
}

async function fill(handle: FileHandle, body: Uint8Array, signal: AbortSignal): Promise<string> {
  try {
    await handle.writeFile(body, { signal });
    return etagOf(await handle.stat({ bigint: true }));
  } finally {
    await handle.close();
  }
}
