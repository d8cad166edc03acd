import { FlantsError } from '../../domain/failure.ts';
import type { RedisClient } from '../../redis/connect.ts';
import type { RedisNames } from '../../redis/names.ts';
import { storeIdentity } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';

/** The library that all keys below a prefix belong to. */
export interface RedisOwner {
  /** Names of its destination and its journal, for people. */
  readonly destination: string;
  readonly journal: string;
  /** Identifies both. */
  readonly place: string;
}

/** The keys below a prefix, and the library that is about to use them. */
export interface RedisClaim {
  readonly redis: RedisClient;
  readonly redisNames: Pick<RedisNames, 'library'>;
  /** Of the keys. */
  readonly prefix: string;
  readonly owner: RedisOwner;
}

/** The owner that a library with this destination and this journal is. */
export function redisOwnerOf(destination: DestinationSetting, journal: DestinationSetting): RedisOwner {
  const place = `${storeIdentity(destination.store)}\n${storeIdentity(journal.store)}`;
  return { destination: destination.name, journal: journal.name, place };
}

/**
 * Claims keys that no library has, also after Redis was wiped. Two libraries on the same keys would take each other's
 * jobs, and videos would stay away or go to the wrong destination.
 *
 * @throws {FlantsError} `usage` if they belong to another library
 */
export async function claimRedis(claim: RedisClaim): Promise<void> {
  await claim.redis.set(claim.redisNames.library, JSON.stringify(claim.owner), 'NX');
  await assertRedisIsOurs(claim);
}

/**
 * Refuses keys of another library. Keys that no library has are claimed by its processes, not by whoever looks at it.
 *
 * @throws {FlantsError} `usage` if they belong to another library
 */
export async function assertRedisIsOurs({ redis, redisNames, prefix, owner }: RedisClaim): Promise<void> {
  const claimed = await redis.get(redisNames.library);
  if (claimed === null) return;
  const other = JSON.parse(claimed) as RedisOwner;
  if (other.place === owner.place) return;
  throw new FlantsError(
    'usage',
    other.destination === owner.destination
      ? `in Redis the keys "${prefix}" go with the journal at ${other.journal}, not with ${owner.journal}: name that with --journal`
      : `in Redis the keys "${prefix}" belong to the library at ${other.destination}: give the one at ${owner.destination} keys of its own with --redis-prefix`,
  );
}
