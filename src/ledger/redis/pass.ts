import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Ends a lease and grants its successors in one step.
 *
 * KEYS: video, leases.
 * ARGV: lease id, then for each successor its id, its lifetime in milliseconds, and the lease as JSON: [generation, kind, files, ttlMs].
 * Result: 1 when replaced, now or by an earlier identical call; 0 when the lease is not alive.
 */
export const passScript: RedisScript = {
  name: 'flantsLedgerPass',
  numberOfKeys: 2,
  lua: `${liveLeasesLua}
local video, leases = KEYS[1], KEYS[2]
local alive = {}
for _, lease in ipairs(liveLeases(leases, redis.call('HGET', video, 'g'))) do alive[lease.id] = true end
if not alive[ARGV[1]] then
  for at = 2, #ARGV, 3 do
    if not alive[ARGV[at]] then return 0 end
  end
  return #ARGV > 1 and 1 or 0
end
redis.call('HDEL', leases, ARGV[1])
for at = 2, #ARGV, 3 do grant(leases, ARGV[at], ARGV[at + 1], ARGV[at + 2]) end
return 1
`,
};
