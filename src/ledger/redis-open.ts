import type { RedisScript } from './redis-script.ts';

/**
 * First sight of a video, or a fresh start with a new generation.
 *
 * KEYS: video, videos.
 * ARGV: video id, generation, seen generation or empty, then fields and values for a first sight.
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const openScript: RedisScript = {
  name: 'flantsLedgerOpen',
  numberOfKeys: 2,
  lua: `
local video, videos = KEYS[1], KEYS[2]
local id, generation, seen = ARGV[1], ARGV[2], ARGV[3]
local before = redis.call('HGETALL', video)
local now = redis.call('HGET', video, 'g')
if now == generation then return {1, before, before} end
if (now or '') ~= seen then return {0, before, before} end
if not now then
  redis.call('HSET', video, unpack(ARGV, 4))
  redis.call('ZADD', videos, 0, id)
end
redis.call('HSET', video, 'g', generation)
redis.call('HDEL', video, 'i')
return {1, before, redis.call('HGETALL', video)}
`,
};
