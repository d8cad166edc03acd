import { FlantsError } from '../domain/failure.ts';

/** A catalogue that cannot be used as a whole. `reason` goes on from its name: `is not there`. */
export function unreadable(name: string, reason: string, cause?: unknown): FlantsError {
  return new FlantsError('catalogue.unreadable', `the catalogue ${name} ${reason}`, { cause });
}

/** What an error of the file system means for a reading of a catalogue. Errors of other kinds are given back. */
export function asFailure(error: unknown, name: string, signal: AbortSignal): unknown {
  if (error instanceof FlantsError) return error;
  if (signal.aborted) return new FlantsError('aborted', `stopped while reading ${name}`, { cause: error });
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case undefined:
      return error;
    case 'ENOENT':
    case 'ENOTDIR':
      return unreadable(name, 'is not there', error);
    case 'EISDIR':
      return unreadable(name, 'is a folder', error);
    case 'EACCES':
    case 'EPERM':
      return unreadable(name, 'may not be read by this user', error);
    default:
      return unreadable(name, `cannot be read (${String(code)})`, error);
  }
}
