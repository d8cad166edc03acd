import type { RedisScript } from './script.ts';

/**
 * Reads which videos have changed since a number, and has changes noted for a while. Each change has the next number; a video
 * is kept with that of its latest. Numbers begin anew, at the server's time in microseconds, where nobody asked for too long
 * or the memory was lost.
 *
 * KEYS: feed, changed.
 * ARGV: number of the latest change that the reader knows (empty: none), for how many milliseconds changes are noted.
 * Result: [number of the latest change, ids, 1 when that is all since the number or 0 when it is not known].
 */
export const changesScript: RedisScript = {
  name: 'flantsLedgerChanges',
  numberOfKeys: 2,
  lua: `
local feed, changed = KEYS[1], KEYS[2]
local seen, lifetimeMs = ARGV[1], ARGV[2]
if redis.call('EXISTS', feed) == 0 then
  local time = redis.call('TIME')
  local first = string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]))
  redis.call('HSET', feed, 'latest', first, 'first', first)
  redis.call('DEL', changed)
end
redis.call('PEXPIRE', feed, lifetimeMs)
redis.call('PEXPIRE', changed, lifetimeMs)
local numbers = redis.call('HMGET', feed, 'latest', 'first')
local from = tonumber(seen)
if not from or from < tonumber(numbers[2]) or from > tonumber(numbers[1]) then return {numbers[1], {}, 0} end
return {numbers[1], redis.call('ZRANGEBYSCORE', changed, '(' .. seen, '+inf'), 1}
`,
};
