import { FlantsError } from '../domain/failure.ts';

const machineLimits: Readonly<Record<string, string>> = {
  EMFILE: 'this process may open no more files and connections; raise its limit (ulimit -n) or lower --concurrency',
  ENFILE: 'this machine has as many files open as it can; raise fs.file-max or lower --concurrency',
  EADDRNOTAVAIL: 'this machine has no free port for another connection; lower --concurrency',
  ENOBUFS: 'this machine has no memory for another connection; lower --concurrency',
  ENOMEM: 'this machine has no memory for that; lower --concurrency',
};

/**
 * The failure of something that this machine lacks, which says nothing about the other side. Undefined for any other
 * error.
 *
 * @param place - what was to be reached, to begin the message
 */
export function machineLimitError(code: string, place: string, cause: unknown): FlantsError | undefined {
  const reason = machineLimits[code];
  return reason === undefined
    ? undefined
    : new FlantsError('machine.limit', `${place}: ${reason} (${code})`, { cause });
}
