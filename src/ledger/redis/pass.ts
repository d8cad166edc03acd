import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Lua: `pass(video, leases, first)` ends a lease and grants its successors, which are described from ARGV[first] on as of
 * `passScript`. Returns that script's result.
 */
export const passLua = `${liveLeasesLua}
local function pass(video, leases, first)
  local id, generation = ARGV[first], redis.call('HGET', video, 'g')
  if not liveText(leases, id, generation) then
    for at = first + 1, #ARGV, 3 do
      if not liveText(leases, ARGV[at], generation) then return 0 end
    end
    return #ARGV > first and 1 or 0
  end
  redis.call('HDEL', leases, id)
  for at = first + 1, #ARGV, 3 do grant(leases, ARGV[at], ARGV[at + 1], ARGV[at + 2]) end
  return 1
end
`;

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
  lua: `${passLua}
return pass(KEYS[1], KEYS[2], 1)
`,
};
