import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { FlantsError } from '../../domain/failure.ts';

/** The name of a catalogue for people, and how to hide its secrets. */
export interface MongoPlace {
  /** `mongodb://host:port/database.collection`. */
  readonly name: string;
  /** Removes passwords from text of the driver or server. */
  readonly redact: (text: string) => string;
}

/**
 * Splits a URL into hosts, database and secrets. Hosts and database contain no credentials, even if those are
 * malformed.
 */
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

/** Error codes of the server: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const unauthorized = 13;
/** The second is the code of Atlas. */
const authenticationFailed: readonly unknown[] = [18, 8000];

const brokenConnection: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT'];

/** Codes such as `ENOENT`, errno(3). The driver passes on errors of sockets, name resolution and certificate files. */
function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/**
 * The error to throw for one of the catalogue: `aborted` when the signal was aborted, `catalogue.unreadable` for errors
 * of driver and server. Other errors are returned unchanged.
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
  if (error instanceof MongoServerError && error.code === unauthorized) return `denies this user: ${message}`;
  if (error instanceof MongoNetworkError || brokenConnection.includes(systemCodeOf(error)))
    return `was lost: ${message}`;
  return `cannot be used: ${message}`;
}

/**
 * The reason why a server provides no change stream. Undefined for errors of another kind. A server without a replica
 * set has none (40573, https://www.mongodb.com/docs/manual/changeStreams/#availability), and a user may lack the right.
 * Other servers that speak the protocol report it in various ways.
 */
export function refusalOfStream(error: unknown, { redact }: MongoPlace): string | undefined {
  if (!(error instanceof MongoServerError) || authenticationFailed.includes(error.code)) return undefined;
  // Such as an election or a shutdown.
  const isTransient = error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('ResumableChangeStreamError');
  return isTransient
    ? undefined
    : `the server gives no change stream: ${redact(error.message.split('\n', 1)[0] ?? '')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
