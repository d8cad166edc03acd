import { liveLeasesLua } from './live-leases.ts';
import type { RedisScript } from './script.ts';

/**
 * Reads what the next step of a video depends on. The bits are left out where every file is settled.
 *
 * KEYS: video, leases, bits.
 * ARGV: none.
 * Result: [fields and values, id and JSON ([generation, kind, files, ttlMs]) of each live lease, planes of bits or nothing].
 */
export const surveyScript: RedisScript = {
  name: 'flantsLedgerSurvey',
  numberOfKeys: 3,
  lua: `${liveLeasesLua}
local video, leases, bits = KEYS[1], KEYS[2], KEYS[3]
local flat = redis.call('HGETALL', video)
local now = {}
for at = 1, #flat, 2 do now[flat[at]] = flat[at + 1] end
local live = {}
for _, lease in ipairs(liveLeases(leases, now.g)) do
  live[#live + 1] = lease.id
  live[#live + 1] = lease.text
end
local isOpen = now.r ~= nil and now.d + now.f ~= tonumber(now.t)
return {flat, live, isOpen and redis.call('GET', bits)}
`,
};
