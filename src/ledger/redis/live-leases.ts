/**
 * Lua prelude of the scripts about leases. A lease is kept as `expiry generation kind files ttl`: its expiry in
 * milliseconds by the server's clock, a space, and the rest as JSON.
 *
 * `nowMs` is the server's time; `liveLeases(leases, generation)` deletes leases that expired or belong to another
 * generation, and returns the rest as {id, kind, files, text}. `liveText(leases, id, generation)` is the JSON of one of them,
 * or nil; it looks at no other.
 */
export const liveLeasesLua = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

-- The JSON of a lease and what it says, or nothing where it is dead.
local function readLease(value, generation)
  local space = string.find(value, ' ', 1, true)
  if tonumber(string.sub(value, 1, space - 1)) <= nowMs then return end
  local text = string.sub(value, space + 1)
  local body = cjson.decode(text)
  if body[1] == generation then return text, body end
end

local function liveText(leases, id, generation)
  local value = redis.call('HGET', leases, id)
  return value and readLease(value, generation) or nil
end

local function liveLeases(leases, generation)
  local held = redis.call('HGETALL', leases)
  local live = {}
  for at = 1, #held, 2 do
    local id = held[at]
    local text, body = readLease(held[at + 1], generation)
    if text then
      live[#live + 1] = {id = id, kind = body[2], files = body[3], text = text}
    else
      redis.call('HDEL', leases, id)
    end
  end
  return live
end

local function grant(leases, id, ttlMs, text)
  redis.call('HSET', leases, id, string.format('%.0f %s', nowMs + tonumber(ttlMs), text))
end
`;
