import { FlantsError } from '../domain/failure.ts';

/** Primary result codes of SQLite that say more than its own text. https://www.sqlite.org/rescode.html */
const explanations: Readonly<Record<number, string>> = {
  5: 'another process keeps it busy',
  8: 'it may not be written',
  10: 'the disk reports an error, or is full',
  11: 'the file is damaged; move it away to begin anew, what was copied will be recognised',
  13: 'the disk is full',
  14: 'it cannot be opened: check that the folder exists and may be written',
  26: 'the file is damaged or is no state of FLAnts; move it away to begin anew, what was copied will be recognised',
};

/** The same for errors of the file system. errno(3). */
const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/** SQLite's primary result code behind an error; undefined for errors of any other origin. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** SQLITE_BUSY: somebody else holds the lock that was asked for. */
export const sqliteBusy = 5;

/**
 * What to throw for an error met while using the state at `path`: `state.unusable` for what
 * SQLite or the file system refused, anything else as it is.
 */
export function stateError(path: string, error: unknown): unknown {
  const code = sqliteCodeOf(error);
  if (code !== undefined && error instanceof Error) {
    return unusable(path, explanations[code] ?? error.message, error);
  }
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return unusable(path, systemReasons[String(error.code)] ?? error.message, error);
  }
  return error;
}

/** @param reason - continues the sentence "the state … cannot be used: " */
export function unusable(path: string, reason: string, cause?: unknown): FlantsError {
  return new FlantsError('state.unusable', `the state ${path} cannot be used: ${reason}`, { cause });
}
