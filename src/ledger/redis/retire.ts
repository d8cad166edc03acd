import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Forgets a video that rests.
 *
 * KEYS: video, videos, bits, leases.
 * ARGV: video id, generation.
 * Result: 1 when it is not there any more, 0 when its generation is another or a lease of it is alive.
 */
export const retireScript: RedisScript = {
  name: 'flantsLedgerRetire',
  numberOfKeys: 4,
  lua: `${liveLeasesLua}
local video, videos, bits, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, generation = ARGV[1], ARGV[2]
local now = redis.call('HGET', video, 'g')
if now and now ~= generation then return 0 end
if now and #liveLeases(leases, generation) > 0 then return 0 end
redis.call('DEL', video, bits, leases)
redis.call('ZREM', videos, id)
return 1
`,
};
