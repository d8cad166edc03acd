import { open, rename, rm } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { KiB } from '../domain/units.ts';

/** Writes one line. Resolves when there is room for the next. */
export type LineWriter = (line: string) => Promise<void>;

const chunkLength = 64 * KiB;

/** The reader of a pipe has closed it, as `head` does. This ends the output and is not an error. */
class ReaderGone extends Error {}

/** Writes lines to a stream as fast as its reader takes them, until there are no more or the reader has gone. */
export async function writeToStream(
  stream: NodeJS.WriteStream,
  produce: (write: LineWriter) => Promise<void>,
): Promise<void> {
  const write: LineWriter = async (line) => {
    if (!stream.writable) throw new ReaderGone();
    if (!stream.write(`${line}\n`)) await drainedOrClosed(stream);
  };
  try {
    await produce(write);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}

function drainedOrClosed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stream.off('drain', end).off('close', end);
      resolve();
    };
    stream.on('drain', end).on('close', end);
  });
}

/**
 * Writes lines to a file atomically: it appears as a whole or not at all.
 *
 * @throws {FlantsError} `usage` when it cannot be written
 */
export async function writeToFile(
  path: string,
  option: string,
  produce: (write: LineWriter) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w').catch((cause: unknown) => {
    throw new FlantsError(
      'usage',
      `${option} names ${path}, which cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  });
  let pending = '';
  try {
    await produce(async (line) => {
      pending += `${line}\n`;
      if (pending.length < chunkLength) return;
      const chunk = pending;
      pending = '';
      await file.write(chunk);
    });
    await file.write(pending);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
