import { FlantsError } from '../domain/failure.ts';
import { parseDestination, localPath } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { readCertificates } from './network-options.ts';
import { isWithin, realPathOf } from './values/paths.ts';

/** Address of Redis. */
export interface RedisPlace {
  /** `redis://[user:password@]host:port/db`, `rediss://…` for TLS, or `unix:///path/of/socket`. */
  readonly url: string;
  /** Prefix of every key. */
  readonly prefix: string;
  /** PEM of the authority that signed the server's certificate, if the system does not trust it. */
  readonly ca?: string;
}

/** Redis and journal of a cluster. */
export interface ClusterPlace {
  readonly redis: RedisPlace;
  /** Private. Neither inside the destination nor around it. In S3 it is accessed like the destination. */
  readonly journal: Destination;
}

/** The URL of Redis unless `--redis` is given. */
export const defaultRedisUrl = 'redis://127.0.0.1:6379';

/** The prefix of keys in Redis unless `--redis-prefix` is given. */
export const defaultRedisPrefix = 'flants';

interface Parsed {
  readonly redis?: string;
  readonly redisPrefix: string;
  readonly redisCa?: string;
  readonly journal?: string;
}

/**
 * Reads the options that locate a cluster.
 *
 * @throws {FlantsError} `usage`
 */
export async function readClusterPlace(parsed: Parsed, destination: Destination, cwd: string): Promise<ClusterPlace> {
  const { redis: url = defaultRedisUrl, redisPrefix: prefix, redisCa, journal: text } = parsed;
  if (redisCa !== undefined && !url.startsWith('rediss:'))
    throw new FlantsError('usage', '--redis-ca is for TLS, but the URL of Redis does not begin with rediss://');
  const ca = redisCa === undefined ? undefined : await readCertificates(localPath(redisCa, cwd), '--redis-ca');
  if (text === undefined) {
    throw new FlantsError(
      'usage',
      'a cluster needs --journal: a private s3://bucket/prefix or folder for plans, evidence and decisions',
    );
  }
  const journal = parseJournal(text, cwd);
  await assertApart(journal, destination);
  return {
    redis: Object.freeze({ url, prefix, ...(ca === undefined ? {} : { ca }) }),
    journal: Object.freeze(journal),
  };
}

/**
 * Parses the place of a journal. Does not access the file system.
 *
 * @throws {FlantsError} `usage`
 */
export function parseJournal(text: string, cwd: string): Destination {
  try {
    return parseDestination(text, cwd);
  } catch (error) {
    if (!(error instanceof FlantsError)) throw error;
    throw new FlantsError('usage', error.message.replace('the destination', '--journal:'), { cause: error });
  }
}

/** The destination must not contain the private journal, nor the journal the published destination. */
async function assertApart(journal: Destination, destination: Destination): Promise<void> {
  if (!(await overlap(journal, destination))) return;
  throw new FlantsError(
    'usage',
    `--journal ${journal.name} and the destination ${destination.name} lie one in the other: the journal is private, so name a bucket, prefix or folder beside it`,
  );
}

async function overlap(one: Destination, other: Destination): Promise<boolean> {
  if (one.kind === 's3' && other.kind === 's3')
    return one.bucket === other.bucket && (isBelow(one.prefix, other.prefix) || isBelow(other.prefix, one.prefix));
  if (one.kind !== 'folder' || other.kind !== 'folder') return false;
  const [a, b] = [await realPathOf(one.path), await realPathOf(other.path)];
  return isWithin(a, b) || isWithin(b, a);
}

function isBelow(prefix: string, above: string): boolean {
  return above === '' || prefix === above || prefix.startsWith(`${above}/`);
}
