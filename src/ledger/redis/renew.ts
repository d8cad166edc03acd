import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Extends a lease that is alive.
 *
 * KEYS: video, leases.
 * ARGV: lease id, lifetime from now in milliseconds.
 * Result: 1 when extended, 0 when it is not alive.
 */
export const renewScript: RedisScript = {
  name: 'flantsLedgerRenew',
  numberOfKeys: 2,
  lua: `${liveLeasesLua}
local video, leases = KEYS[1], KEYS[2]
for _, lease in ipairs(liveLeases(leases, redis.call('HGET', video, 'g'))) do
  if lease.id == ARGV[1] then
    grant(leases, lease.id, ARGV[2], lease.text)
    return 1
  end
end
return 0
`,
};
