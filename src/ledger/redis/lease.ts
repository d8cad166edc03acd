import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Grants or renews a lease, or ends it where its files are of another revision or the video is on hold.
 *
 * KEYS: video, leases.
 * ARGV: lease id, lifetime in milliseconds, the lease as JSON ([generation, kind, files, ttlMs]), revision (absent: any,
 *   and also on hold).
 * Result: 1 when granted, 0 when refused.
 */
export const leaseScript: RedisScript = {
  name: 'flantsLedgerLease',
  numberOfKeys: 2,
  lua: `${liveLeasesLua}
local video, leases = KEYS[1], KEYS[2]
local id, ttlMs, text, revision = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local wanted = cjson.decode(text)
local generation, isBatch, files = wanted[1], wanted[2] == 'batch', wanted[3]
local now = redis.call('HMGET', video, 'g', 'r', 'h')
if now[1] ~= generation then return 0 end
if revision and (now[2] ~= revision or now[3]) then
  redis.call('HDEL', leases, id)
  return 0
end

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

-- One that is alive and asks for no more than it has is in nobody's way.
if liveText(leases, id, generation) ~= text then
  for _, other in ipairs(liveLeases(leases, generation)) do
    local sameKind = (other.kind == 'batch') == isBatch
    if other.id ~= id and sameKind and (not isBatch or overlap(other.files)) then return 0 end
  end
end
grant(leases, id, ttlMs, text)
return 1
`,
};
