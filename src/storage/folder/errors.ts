import { FlantsError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure.ts';
import { machineLimitError } from '../machine-limit.ts';

/** Failure codes for the errors of the operating system. errno(3). */
const meanings: Readonly<Record<string, readonly [code: FailureCode, reason: string]>> = {
  ENOSPC: ['store.full', 'the disk is full'],
  EDQUOT: ['store.full', 'the disk quota is used up'],
  EACCES: ['store.denied', 'this user may not do that there'],
  EPERM: ['store.denied', 'this user may not do that there'],
  EROFS: ['store.denied', 'the file system is read-only'],
  ENOTDIR: ['store.key', 'a file stands where a folder is needed'],
  EISDIR: ['store.key', 'a folder stands there'],
  EEXIST: ['store.key', 'a file stands where a folder is needed'],
  ENAMETOOLONG: ['store.key', 'the name is too long for this file system'],
  EILSEQ: ['store.key', 'this file system cannot hold the name'],
  EINVAL: ['store.key', 'this file system cannot hold the name'],
  ELOOP: ['store.key', 'its symbolic links go round in circles'],
  EXDEV: ['store.key', 'another file system is mounted there'],
};

/** Turns an error of the file system into a `FlantsError` about one path of the folder. */
export function folderError(error: unknown, place: string, signal?: AbortSignal): FlantsError {
  if (error instanceof FlantsError) return error;
  if (signal?.aborted)
    return new FlantsError('aborted', `${place}: stopped before it was done`, { cause: signal.reason });
  const code = errnoOf(error);
  const limit = machineLimitError(code, place, error);
  if (limit) return limit;
  const [failure, reason] = meanings[code] ?? ['store.status', error instanceof Error ? error.message : String(error)];
  return new FlantsError(failure, `${place}: ${reason}${code === '' ? '' : ` (${code})`}`, { cause: error });
}

/** The code, such as `ENOENT`. Empty for other errors. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
