import { noteChangeLua } from './note-change.ts';
import type { RedisScript } from './script.ts';

/**
 * Adds a video that was published and retired before.
 *
 * KEYS: video, videos, bits, feed, changed.
 * ARGV: video id, generation, revision, planes of bits (empty: none is set), then all fields and values.
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const restoreScript: RedisScript = {
  name: 'flantsLedgerRestore',
  numberOfKeys: 5,
  lua: `${noteChangeLua}
local video, videos, bits = KEYS[1], KEYS[2], KEYS[3]
local id, generation, revision = ARGV[1], ARGV[2], ARGV[3]
local before = redis.call('HGETALL', video)
if #before > 0 then
  local now = redis.call('HMGET', video, 'g', 'r')
  local again = now[1] == generation and now[2] == revision
  return {again and 1 or 0, before, before}
end
redis.call('HSET', video, unpack(ARGV, 5))
if ARGV[4] ~= '' then redis.call('SET', bits, ARGV[4]) end
redis.call('ZADD', videos, 0, id)
noteChange(KEYS[4], KEYS[5], id)
return {1, before, redis.call('HGETALL', video)}
`,
};
