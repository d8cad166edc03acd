import { liveLeasesLua } from './live-leases.ts';
import { noteChangeLua } from './note-change.ts';
import type { RedisScript } from './script.ts';

/**
 * Deletes a video that has no next step.
 *
 * KEYS: video, videos, bits, leases, feed, changed.
 * ARGV: video id, generation.
 * Result: 1 when the video is gone, 0 when its generation differs or a lease of it is alive.
 */
export const retireScript: RedisScript = {
  name: 'flantsLedgerRetire',
  numberOfKeys: 6,
  lua: `${liveLeasesLua}${noteChangeLua}
local video, videos, bits, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, generation = ARGV[1], ARGV[2]
local now = redis.call('HGET', video, 'g')
if now and now ~= generation then return 0 end
if now and #liveLeases(leases, generation) > 0 then return 0 end
redis.call('DEL', video, bits, leases)
redis.call('ZREM', videos, id)
if now then noteChange(KEYS[5], KEYS[6], id) end
return 1
`,
};
