import { readFile } from 'node:fs/promises';
import { FlantsError } from '../../domain/failure.ts';
import { Crc32 } from '../checksum.ts';
import type { FolderStaging } from './staging.ts';
import { etagOf } from './staging.ts';
import { folderError } from './errors.ts';
import type { PutOptions, PutResult, Upload } from '../object-store.ts';

/**
 * An upload whose parts are separate files until they are joined. They may arrive in any order and size, and the
 * checksum is computed from the bytes read back.
 *
 * @param place - of the object, for messages
 */
export function folderUpload(staging: FolderStaging, key: string, place: string, options: PutOptions): Upload {
  const parts = new Map<number, string>();

  const abort = async (): Promise<void> => {
    const paths = [...parts.values()];
    parts.clear();
    for (const path of paths) await staging.discard(path);
  };

  return {
    part: async (number, body, { signal }) => {
      try {
        const { path, handle } = await staging.create();
        const replaced = parts.get(number);
        parts.set(number, path);
        if (replaced !== undefined) await staging.discard(replaced);
        try {
          await handle.writeFile(body, { signal });
        } finally {
          await handle.close();
        }
      } catch (error) {
        throw folderError(error, place, signal);
      }
    },

    complete: async (crc32) => {
      try {
        const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, path]) => path);
        const joined = await join(staging, inOrder, options.signal);
        if (joined.crc32 !== crc32) {
          await staging.discard(joined.path);
          throw new FlantsError('store.checksum', `${place}: other bytes arrived than were sent`);
        }
        const published: PutResult = await staging.publish(joined.path, joined.etag, key, options.condition);
        await abort();
        return published;
      } catch (error) {
        throw folderError(error, place, options.signal);
      }
    },

    abort,
  };
}

async function join(
  staging: FolderStaging,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly etag: string; readonly crc32: string }> {
  const sum = new Crc32();
  const { path, handle } = await staging.create();
  try {
    for (const part of parts) {
      const bytes = await readFile(part, { signal });
      sum.update(bytes);
      await handle.writeFile(bytes, { signal });
    }
    return { path, etag: etagOf(await handle.stat({ bigint: true })), crc32: sum.hex() };
  } catch (error) {
    await staging.discard(path);
    throw error;
  } finally {
    await handle.close();
  }
}
