import { FlantsError } from '../../domain/failure.ts';
import { minute } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { redisNames } from '../../redis/names.ts';
import { refusedByRedis } from '../../redis/refused.ts';
import type { ChangeFeed } from '../change-feed.ts';
import { changesScript } from './changes.ts';

/** Longer than a reader is ever busy with what it read. */
const notedMs = minute;

type Answer = readonly [latest: string, ids: readonly VideoId[], isAll: number];
type Method = (...keysAndArguments: string[]) => Promise<unknown>;

/**
 * The changes that all processes make to a ledger in Redis. They are noted only while some reader asks: it is one script for
 * each call.
 */
export function createRedisChangeFeed(client: RedisClient, prefix: string): ChangeFeed {
  const { feed, changed } = redisNames(prefix);
  const { name, numberOfKeys, lua } = changesScript;
  client.defineCommand(name, { numberOfKeys, lua });
  let seen = '';
  return {
    async take() {
      const method = (client as unknown as Readonly<Record<string, Method>>)[name];
      if (!method) throw new FlantsError('internal', `there is no script ${name}`);
      const answer = await refusedByRedis(method.call(client, feed, changed, seen, String(notedMs)));
      const [latest, ids, isAll] = answer as Answer;
      seen = latest;
      return isAll === 1 ? ids : undefined;
    },
    pause() {
      seen = '';
    },
  };
}
