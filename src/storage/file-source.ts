import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/read-playlist.ts';
import { machineLimitError } from './machine-limit.ts';
import { KiB } from '../domain/units.ts';
import type { FetchedObject, FetchOptions, NotModified, SizeOptions, Source } from './source.ts';

const chunkBytes = 256 * KiB;

/** A source for local files, addressed by `file:` URLs. Queries and fragments are ignored. */
export function openFileSource(): Source {
  return { fetch: fetchFile, sizeOf: sizeOfFile, close: () => Promise.resolve() };
}

async function fetchFile(url: string, { signal, unless }: FetchOptions): Promise<FetchedObject | NotModified> {
  const path = pathOf(url);
  throwIfStopped(signal, path);
  const file = await openFile(path);
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) {
      throw new FlantsError(
        'source.not-found',
        `${path} is ${stats.isDirectory() ? 'a folder' : 'something else'}, not a file`,
      );
    }
    const validators = validatorsOf(stats);
    if (unless && isMatch(unless, validators, stats)) {
      await file.close();
      return { result: 'not-modified' };
    }
    const sizeBytes = Number(stats.size);
    const body = readWhole(file, { path, sizeBytes, etag: validators.etag }, signal);
    return {
      result: 'fetched',
      finalUrl: url,
      validators,
      sizeBytes,
      body,
      cancel: () => void file.close().catch(() => {}),
    };
  } catch (error) {
    await file.close().catch(() => {});
    throw asFailure(error, path);
  }
}

async function sizeOfFile(url: string, { signal }: SizeOptions): Promise<number | undefined> {
  const file = await fetchFile(url, { kind: 'media', signal });
  if (file.result !== 'fetched') return undefined;
  file.cancel();
  return file.sizeBytes;
}

/** A file as it was when it was opened. */
interface OpenedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

/**
 * Reads a file of the size it had when it was opened. Asks for one byte more, so that a file that grows is noticed
 * early. One that was written over meanwhile, as its times tell at the end, may be a mixture.
 */
async function* readWhole(
  file: FileHandle,
  { path, sizeBytes, etag }: OpenedFile,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  try {
    for (;;) {
      throwIfStopped(signal, path);
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, sizeBytes + 1 - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, at);
      at += bytesRead;
      const isOver = at > sizeBytes || (bytesRead === 0 && at < sizeBytes);
      if (isOver) throw new FlantsError('source.short-body', `${path} changed its size while it was read`);
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      if (at === sizeBytes && bytesRead < buffer.byteLength) break;
    }
    if (validatorsOf(await file.stat({ bigint: true })).etag !== etag)
      throw new FlantsError('source.short-body', `${path} changed while it was read`);
  } catch (error) {
    throw asFailure(error, path);
  } finally {
    await file.close().catch(() => {});
  }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const [plain = url] = url.split(/[?#]/, 1);
    const why = /%2f/i.test(plain)
      ? 'has a slash in a name, as %2F: no name of a local file can; one that has the characters %2F is written with %252F'
      : 'is not the URL of a local file';
    throw new FlantsError('source.refused', `${plain} ${why}`, { cause });
  }
}

/** Opens a file without blocking on a pipe that nobody writes to. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw asFailure(error, path);
  }
}

function validatorsOf(stats: BigIntStats): Required<Validators> {
  const parts = [stats.mtimeNs, stats.size, stats.ino].map((part) => part.toString(16));
  return { etag: `"${parts.join('-')}"`, lastModified: stats.mtime.toUTCString() };
}

/** Compares the ETag if there is one, else the modification time. RFC 9110 section 13.2.2. */
function isMatch(unless: Validators, now: Validators, stats: BigIntStats): boolean {
  if (unless.etag !== undefined) return unless.etag === now.etag;
  if (unless.lastModified === undefined) return false;
  return Math.floor(stats.mtime.getTime() / 1000) <= Date.parse(unless.lastModified) / 1000;
}

function throwIfStopped(signal: AbortSignal, path: string): void {
  if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${path}`);
}

function asFailure(error: unknown, path: string): FlantsError {
  if (error instanceof FlantsError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new FlantsError('source.not-found', `${path} is not there`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new FlantsError('source.denied', `${path} may not be read by this user`, {
        cause: error,
        retryable: false,
      });
    case 'EBADF':
      return new FlantsError('aborted', `${path} was let go while it was read`, { cause: error });
    default:
      return (
        machineLimitError(String(code), path, error) ??
        new FlantsError('source.unreachable', `${path} cannot be read (${String(code ?? error)})`, { cause: error })
      );
  }
}
