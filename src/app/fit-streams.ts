import { readFile, readdir } from 'node:fs/promises';
import { mostConcurrency, usualConcurrency } from '../config/values/concurrency.ts';
import { FlantsError } from '../domain/failure.ts';

/** What a process opens for its copies. */
export interface Streams {
  readonly threads: number;
  /** Files in flight in all threads together, at the most. */
  readonly concurrency: number;
}

/** Files in flight in one thread. */
export interface ThreadStreams {
  /** To begin with. */
  readonly first: number;
  readonly most: number;
}

/** Enough for a near store, with few bodies in memory. Where more bring more, they are there within seconds. */
const usualFirst = 8;

/** The share of one thread. */
export function streamsOfThread({ threads, concurrency }: Streams): ThreadStreams {
  const most = Math.ceil(concurrency / threads);
  return { first: Math.min(most, usualFirst), most };
}

/** What Node opens for a thread: an event loop with its pipes and timers. */
const descriptorsPerThread = 5;
/** A file in flight has a connection to its source, and one to its store or a file there. */
const descriptorsPerFile = 2;
/** Kept for crawls, publications, state and logs. */
const reserved = 16;

/**
 * Reduces streams to what this process can open now. Tells of it where fewer are left than were asked for, or than are
 * usual.
 *
 * @throws as `fitStreams`
 */
export async function fitToProcess(
  { threads, concurrency: asked }: Pick<Streams, 'threads'> & Partial<Streams>,
  onReduced: (message: string) => void,
): Promise<Streams> {
  const fitted = fitStreams({ threads, concurrency: asked ?? mostConcurrency }, await freeDescriptors());
  const expected = asked ?? Math.max(fitted.concurrency, usualConcurrency);
  const reduction = reductionOf({ threads, concurrency: expected }, fitted);
  if (reduction !== undefined) onReduced(reduction);
  return fitted;
}

/**
 * Reduces threads and files in flight to what the limit of open files allows, instead of failing at it.
 *
 * @param free - descriptors that this process can still open; undefined for no limit
 * @throws {FlantsError} `machine.threads` if there are too few for one file
 */
export function fitStreams(wanted: Streams, free: number | undefined): Streams {
  if (free === undefined) return wanted;
  const usable = free - reserved;
  if (wanted.threads * descriptorsPerThread + wanted.concurrency * descriptorsPerFile <= usable) return wanted;
  // At most half for threads: each is to have files.
  const threads = Math.max(1, Math.min(wanted.threads, Math.floor(usable / 2 / descriptorsPerThread)));
  const left = Math.floor((usable - threads * descriptorsPerThread) / descriptorsPerFile);
  const concurrency = Math.min(wanted.concurrency, left);
  if (concurrency < 1) {
    const message = `this process may open ${free} more files, and needs ${reserved + descriptorsPerThread + descriptorsPerFile} to copy; raise the limit (ulimit -n)`;
    throw new FlantsError('machine.threads', message);
  }
  return { threads, concurrency };
}

/** Tells that streams were reduced. Undefined if they were not. */
export function reductionOf(wanted: Streams, fitted: Streams): string | undefined {
  if (fitted.threads === wanted.threads && fitted.concurrency === wanted.concurrency) return undefined;
  const [was, is] = [wanted, fitted].map(({ threads, concurrency }) => `${concurrency} on ${threads} threads`);
  return `the limit of open files (ulimit -n) allows ${is} files in flight, not ${was}; raise it to be faster`;
}

/** Descriptors that this process can still open. Undefined if the system does not tell. */
export async function freeDescriptors(): Promise<number | undefined> {
  const limit = await descriptorLimit();
  if (limit === undefined) return undefined;
  const open = await readdir('/dev/fd').catch(() => undefined);
  return open && limit - open.length;
}

/** Node raises the soft limit to the hard one when it starts, so that this is the hard one. */
async function descriptorLimit(): Promise<number | undefined> {
  // proc_pid_limits(5). Node's report, for other systems, takes 5 ms of CPU.
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => undefined);
  const soft = limits === undefined ? reportedLimit() : /^Max open files +(\S+)/m.exec(limits)?.[1];
  const limit = Number(soft);
  return Number.isFinite(limit) ? limit : undefined;
}

function reportedLimit(): number | string | undefined {
  // Without this a report resolves the name of each connection.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  return userLimits?.open_files?.soft;
}
