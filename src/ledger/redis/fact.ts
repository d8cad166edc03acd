import { noteChangeLua } from './note-change.ts';
import type { RedisScript } from './script.ts';

/**
 * Sets or deletes one fact of a video, and what `domain/change.ts` resets with it: publishing the restarts and the next
 * look, becoming invalid the live one, becoming live the invalid one and the next look. One that was not live before
 * becomes fresh with that.
 *
 * KEYS: video, feed, changed.
 * ARGV: video id, generation, revision (empty: any), field, value (absent: the field is deleted).
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const factScript: RedisScript = {
  name: 'flantsLedgerFact',
  numberOfKeys: 3,
  lua: `${noteChangeLua}
local video = KEYS[1]
local id, generation, revision, field, value = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local before = redis.call('HGETALL', video)
local now = redis.call('HMGET', video, 'g', 'r')
if now[1] ~= generation or (revision ~= '' and now[2] ~= revision) then return {0, before, before} end
if field == 'v' and redis.call('HEXISTS', video, 'v') == 0 then redis.call('HSET', video, 'n', '1') end
if value then
  redis.call('HSET', video, field, value)
else
  redis.call('HDEL', video, field)
end
local resets = {p = {'b', 'l'}, i = {'v'}, v = {'i', 'l'}}
if resets[field] then redis.call('HDEL', video, unpack(resets[field])) end
noteChange(KEYS[2], KEYS[3], id)
return {1, before, redis.call('HGETALL', video)}
`,
};
