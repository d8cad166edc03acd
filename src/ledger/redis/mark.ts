import { noteChangeLua } from './note-change.ts';
import { wordSize } from './rows.ts';
import type { RedisScript } from './script.ts';

/**
 * Lua: `mark()` sets and clears the bits of files, and returns the script's result: see `markScript` for both, and for the
 * keys and arguments that it takes.
 */
export const markLua = `${noteChangeLua}
local function mark()
  local video, bits = KEYS[1], KEYS[2]
  local id, kind, generation, revision = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
  local before = redis.call('HGETALL', video)
  local now = {}
  for at = 1, #before, 2 do now[before[at]] = before[at + 1] end
  if now.g ~= generation or now.r ~= revision then return {0, before, {}} end

  local band, bor, bnot, lshift, rshift = bit.band, bit.bor, bit.bnot, bit.lshift, bit.rshift
  local total = tonumber(now.t)
  local words = math.ceil(total / ${wordSize})
  local inLast = total - ${wordSize} * (words - 1)
  local lastMask = lshift(lshift(1, inLast) - 1, ${wordSize} - inLast)

  -- How many bits are set: sums of neighbours, of pairs, of fours, of bytes.
  local function weight(word)
    word = word - band(rshift(word, 1), 0x55555555)
    word = band(word, 0x33333333) + band(rshift(word, 2), 0x33333333)
    word = band(word + rshift(word, 4), 0x0f0f0f0f)
    word = word + rshift(word, 8)
    return band(word + rshift(word, 16), 0x3f)
  end

  local gains = {0, 0, 0}
  local set = {'BITFIELD', bits}
  local function put(plane, word, was, is)
    if is == was then return end
    local at = #set
    set[at + 1], set[at + 2], set[at + 3], set[at + 4] = 'SET', 'u${wordSize}', '#' .. ((plane - 1) * words + word), is
    gains[plane] = gains[plane] + weight(is) - weight(was)
  end

  -- Words in flight with their two masks: 80 of them, as their arguments in all three planes stay below 1,000.
  local pending, ones, twos = {}, {}, {}
  local function flush()
    if #pending == 0 then return end
    local get = {'BITFIELD', bits}
    local at = 2
    for _, word in ipairs(pending) do
      for plane = 0, 2 do
        get[at + 1], get[at + 2], get[at + 3] = 'GET', 'u${wordSize}', '#' .. (plane * words + word)
        at = at + 3
      end
    end
    local old = redis.call(unpack(get))
    set = {'BITFIELD', bits}
    for n, word in ipairs(pending) do
      local done, failed, accepted = old[3 * n - 2], old[3 * n - 1], old[3 * n]
      local one, two = ones[n], twos[n]
      local kept = bnot(one)
      if kind == 'record' then
        put(1, word, done, bor(done, one))
        put(2, word, failed, band(bor(failed, band(two, bnot(done))), kept))
        put(3, word, accepted, band(accepted, kept))
      elseif kind == 'accept' then
        put(3, word, accepted, bor(accepted, band(one, failed)))
      else
        put(1, word, done, band(done, kept))
        put(2, word, failed, band(failed, kept))
        put(3, word, accepted, band(accepted, kept))
      end
    end
    if #set > 2 then redis.call(unpack(set)) end
    pending = {}
  end

  local runs = cjson.decode(ARGV[5])
  for at = 1, #runs, 4 do
    local from, one, two = runs[at], runs[at + 2], runs[at + 3]
    for word = from, math.min(from + runs[at + 1], words) - 1 do
      if word == words - 1 then one, two = band(one, lastMask), band(two, lastMask) end
      local n = #pending + 1
      pending[n], ones[n], twos[n] = word, one, two
      if n == 80 then flush() end
    end
  end
  flush()

  if gains[1] == 0 and gains[2] == 0 and gains[3] == 0 then return {1, before, {}} end
  local counts = {'d', tostring(now.d + gains[1]), 'f', tostring(now.f + gains[2]), 'a', tostring(now.a + gains[3])}
  redis.call('HSET', video, unpack(counts))
  -- As of stillPublished in domain/change.ts.
  if (gains[1] < 0 or gains[3] < 0) and now.p == revision then
    redis.call('HDEL', video, 'p')
    counts[7], counts[8] = 'p', ''
  end
  noteChange(KEYS[3], KEYS[4], id)
  return {1, before, counts}
end
`;

/**
 * Sets and clears the bits of files: outcomes, acceptances, reopened files. Bits are read and written as words of
 * `wordSize`, as many per command as Lua's stack allows without blocking the server. Indices beyond the plan are ignored.
 *
 * KEYS: video, bits, feed, changed.
 * ARGV: video id, `record`, `accept` or `reopen`, generation, revision, runs of words as JSON: flat fours of first word, number
 *   of words, and two masks for each of these words (`record`: done, failed; others: files, nothing).
 * Result: [1 when applied or 0 when stale, fields before, those of them that are others now]. A publication that is outdated
 *   is told as an empty one.
 */
export const markScript: RedisScript = {
  name: 'flantsLedgerMark',
  numberOfKeys: 4,
  lua: `${markLua}
return mark()
`,
};
