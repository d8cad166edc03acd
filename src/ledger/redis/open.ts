import { noteChangeLua } from './note-change.ts';
import type { RedisScript } from './script.ts';

/**
 * Adds a video, or starts it over with a new generation, which ends the leases of the one before.
 *
 * KEYS: video, videos, bits, leases, feed, changed.
 * ARGV: video id, generation, seen generation or empty, what is asked (or empty), then the fields and values of a new video.
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const openScript: RedisScript = {
  name: 'flantsLedgerOpen',
  numberOfKeys: 6,
  lua: `${noteChangeLua}
local video, videos, bits, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, generation, seen, asked = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local before = redis.call('HGETALL', video)
local now = redis.call('HGET', video, 'g')
if now == generation then return {1, before, before} end
if (now or '') ~= seen then return {0, before, before} end
if not now then
  local first = {unpack(ARGV, 5)}
  redis.call('HSET', video, unpack(first))
  redis.call('ZADD', videos, 0, id)
  noteChange(KEYS[5], KEYS[6], id)
  return {1, before, first}
end
redis.call('HSET', video, 'g', generation)
if asked ~= '' and asked ~= redis.call('HGET', video, 'q') then
  redis.call('HSET', video, 'q', asked, 't', 0, 'd', 0, 'f', 0, 'a', 0)
  redis.call('HDEL', video, 'r')
  redis.call('DEL', bits)
end
redis.call('HDEL', video, 'i', 'v', 'b')
redis.call('DEL', leases)
noteChange(KEYS[5], KEYS[6], id)
return {1, before, redis.call('HGETALL', video)}
`,
};
