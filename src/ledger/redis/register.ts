import { noteChangeLua } from './note-change.ts';
import type { RedisScript } from './script.ts';

/**
 * Registers a sealed plan. Its bits replace all earlier ones, and the leases of the generation before end with that.
 *
 * KEYS: video, bits, leases, feed, changed.
 * ARGV: video id, seen generation, generation, revision, total, done, planes of bits (empty: none is set).
 * Result: [1 when applied or 0 when stale, fields before, fields now].
 */
export const registerScript: RedisScript = {
  name: 'flantsLedgerRegister',
  numberOfKeys: 5,
  lua: `${noteChangeLua}
local video, bits, leases = KEYS[1], KEYS[2], KEYS[3]
local id, seen, generation, revision = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local before = redis.call('HGETALL', video)
local now = redis.call('HMGET', video, 'g', 'r', 'p')
if not now[1] then return {0, before, before} end
if now[1] == generation and now[2] == revision then return {1, before, before} end
if now[1] ~= seen then return {0, before, before} end
redis.call('HSET', video, 'g', generation, 'r', revision, 't', ARGV[5], 'd', ARGV[6], 'f', 0, 'a', 0)
redis.call('HDEL', video, 'i', 'v')
if now[3] == revision then redis.call('HDEL', video, 'p') end
redis.call('DEL', bits, leases)
if ARGV[7] ~= '' then redis.call('SET', bits, ARGV[7]) end
noteChange(KEYS[4], KEYS[5], id)
return {1, before, redis.call('HGETALL', video)}
`,
};
