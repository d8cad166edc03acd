import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Reads the live leases of a video's present generation.
 *
 * KEYS: video, leases.
 * ARGV: none.
 * Result: id and JSON ([generation, kind, files, ttlMs]) of each, flat.
 */
export const leasesScript: RedisScript = {
  name: 'flantsLedgerLeases',
  numberOfKeys: 2,
  lua: `${liveLeasesLua}
local flat = {}
for _, lease in ipairs(liveLeases(KEYS[2], redis.call('HGET', KEYS[1], 'g'))) do
  flat[#flat + 1] = lease.id
  flat[#flat + 1] = lease.text
end
return flat
`,
};
