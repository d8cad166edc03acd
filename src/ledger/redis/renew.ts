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
local text = liveText(leases, ARGV[1], redis.call('HGET', video, 'g'))
if text then
  grant(leases, ARGV[1], ARGV[2], text)
  return 1
end
return 0
`,
};
