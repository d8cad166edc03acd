import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { FlantsError } from '../domain/failure.ts';

/** Where a catalogue is, as people may know it, and what they must not. */
export interface MongoPlace {
  /** `mongodb://host:port/database.collection`. */
  readonly name: string;
  /** Takes passwords out of text that comes from elsewhere. */
  readonly redact: (text: string) => string;
}

/** Hosts and database of a URL, and nothing of its credentials, whatever is wrong with them. */
export function placeOfUrl(url: string): {
  readonly hosts: string;
  readonly database?: string;
  readonly secrets: readonly string[];
} {
  const begin = url.indexOf('://') + 3;
  const end = url.lastIndexOf('@');
  const [, hosts = '', database = ''] = /^([^/?]*)(?:\/([^?]*))?/.exec(url.slice(Math.max(begin, end + 1))) ?? [];
  const secret = end > begin ? url.slice(begin, end).replace(/^[^:]*:?/, '') : '';
  const secrets = [secret, decoded(secret)].filter((text) => text !== '');
  return { hosts, secrets, ...(database === '' ? {} : { database: decoded(database) }) };
}

/** Codes of the server: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const unauthorized = 13;
/** The second is how Atlas says it. */
const authenticationFailed: readonly unknown[] = [18, 8000];

const brokenConnection: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT'];

/** `ENOENT` and the like, errno(3): the driver lets errors of sockets, names and files of certificates through. */
function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/**
 * What to throw for an error met while using the catalogue: `aborted` when the signal caused it, `catalogue.unreadable`
 * for what driver or server refused, anything else as it is.
 */
export function mongoFailure(error: unknown, { name, redact }: MongoPlace, signal?: AbortSignal): unknown {
  if (error instanceof FlantsError) return error;
  if (signal?.aborted) return new FlantsError('aborted', `stopped while reading ${name}`, { cause: error });
  if (!(error instanceof MongoError) && systemCodeOf(error) === undefined) return error;
  return new FlantsError('catalogue.unreadable', `the catalogue ${name} ${reasonOf(error as Error, redact)}`);
}

function reasonOf(error: Error, redact: MongoPlace['redact']): string {
  const message = redact(error.message.split('\n', 1)[0] ?? '');
  if (error instanceof MongoServerSelectionError) return `cannot be reached: ${message}`;
  if (error instanceof MongoServerError && authenticationFailed.includes(error.code))
    return 'refuses this user or password';
  if (error instanceof MongoServerError && error.code === unauthorized)
    return `may not be read by this user: ${message}`;
  if (error instanceof MongoNetworkError || brokenConnection.includes(systemCodeOf(error)))
    return `was lost: ${message}`;
  return `cannot be read: ${message}`;
}

/**
 * Why a server that answered does not give a change stream; undefined for errors that are about something else. A server
 * alone, without a replica set, has none (40573, https://www.mongodb.com/docs/manual/changeStreams/#availability); users may
 * lack the right; other servers that speak the protocol say so in many ways.
 */
export function refusalOfStream(error: unknown, { redact }: MongoPlace): string | undefined {
  if (!(error instanceof MongoServerError) || authenticationFailed.includes(error.code)) return undefined;
  // What passes by itself: an election, a shutdown.
  const isPassing = error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('ResumableChangeStreamError');
  return isPassing ? undefined : `the server gives no change stream: ${redact(error.message.split('\n', 1)[0] ?? '')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
