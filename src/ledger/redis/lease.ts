import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Grants or renews a lease.
 *
 * KEYS: video, leases.
 * ARGV: lease id, lifetime in milliseconds, the lease as JSON: [generation, kind, files, ttlMs].
 * Result: 1 when granted, 0 when refused.
 */
export const leaseScript: RedisScript = {
  name: 'flantsLedgerLease',
  numberOfKeys: 2,
  lua: `${liveLeasesLua}
local video, leases = KEYS[1], KEYS[2]
local id, ttlMs, text = ARGV[1], ARGV[2], ARGV[3]
local wanted = cjson.decode(text)
local generation, isBatch, files = wanted[1], wanted[2] == 'batch', wanted[3]
if redis.call('HGET', video, 'g') ~= generation then return 0 end

local function overlap(others)
  local a, b = 1, 1
  while files[a] and others[b] do
    if files[a][2] <= others[b][1] then
      a = a + 1
    elseif others[b][2] <= files[a][1] then
      b = b + 1
    else
      return true
    end
  end
  return false
end

for _, other in ipairs(liveLeases(leases, generation)) do
  local sameKind = (other.kind == 'batch') == isBatch
  if other.id ~= id and sameKind and (not isBatch or overlap(other.files)) then return 0 end
end
grant(leases, id, ttlMs, text)
return 1
`,
};
