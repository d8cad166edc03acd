import type { RedisScript } from './script.ts';

/**
 * Sets or deletes one fact of a video. Publishing resets its restarts and its next look.
 *
 * KEYS: video.
 * ARGV: generation, revision (empty: any), field, value (absent: the field is deleted).
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const factScript: RedisScript = {
  name: 'flantsLedgerFact',
  numberOfKeys: 1,
  lua: `
local video = KEYS[1]
local generation, revision, field, value = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local before = redis.call('HGETALL', video)
local now = redis.call('HMGET', video, 'g', 'r')
if now[1] ~= generation or (revision ~= '' and now[2] ~= revision) then return {0, before, before} end
if value then
  redis.call('HSET', video, field, value)
else
  redis.call('HDEL', video, field)
end
if field == 'p' then redis.call('HDEL', video, 'b', 'l') end
return {1, before, redis.call('HGETALL', video)}
`,
};
