/**
 * Lua prelude of the scripts about leases. A lease is kept as `expiry generation kind files ttl`: its expiry in
 * milliseconds by the server's clock, a space, and the rest as JSON.
 *
 * `nowMs` is the server's time; `liveLeases(leases, generation)` deletes leases that expired or belong to another
 * generation, and returns the rest as {id, kind, files, text}.
 */
export const liveLeasesLua = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

local function liveLeases(leases, generation)
  local held = redis.call('HGETALL', leases)
  local live = {}
  for at = 1, #held, 2 do
    local id, value = held[at], held[at + 1]
    local space = string.find(value, ' ', 1, true)
    local expiresAtMs, text = tonumber(string.sub(value, 1, space - 1)), string.sub(value, space + 1)
    local body = cjson.decode(text)
    if expiresAtMs <= nowMs or body[1] ~= generation then
      redis.call('HDEL', leases, id)
    else
      live[#live + 1] = {id = id, kind = body[2], files = body[3], text = text}
    end
  end
  return live
end

local function grant(leases, id, ttlMs, text)
  redis.call('HSET', leases, id, string.format('%.0f %s', nowMs + tonumber(ttlMs), text))
end
`;
