import type { RedisClient } from './connect.ts';

/**
 * Tells what one process has used of the limits, and returns what all that were heard lately have told.
 *
 * KEYS: demands (hash: what each process told last), heard (sorted set: when each told it, by the server's clock).
 * ARGV: id of the process, its demand as text, milliseconds after which a process is forgotten.
 * Result: ids and demands, in turn.
 */
const lua = `local demands, heard = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', heard, '-inf', now - ARGV[3])) do
  redis.call('HDEL', demands, id)
  redis.call('ZREM', heard, id)
end
redis.call('ZADD', heard, now, ARGV[1])
redis.call('HSET', demands, ARGV[1], ARGV[2])
return redis.call('HGETALL', demands)
`;

/** @returns demands by the id of their process, this one's too */
export async function exchangeDemand(
  redis: Pick<RedisClient, 'eval'>,
  keys: { readonly demands: string; readonly heard: string },
  { id, demand, forgottenMs }: { readonly id: string; readonly demand: string; readonly forgottenMs: number },
): Promise<ReadonlyMap<string, string>> {
  const told = (await redis.eval(lua, 2, keys.demands, keys.heard, id, demand, forgottenMs)) as readonly string[];
  const demands = new Map<string, string>();
  for (let at = 0; at + 1 < told.length; at += 2) demands.set(told[at] ?? '', told[at + 1] ?? '');
  return demands;
}
