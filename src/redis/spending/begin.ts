import type { RedisClient } from '../connect.ts';
import type { SpendingKeys } from './read.ts';

/**
 * Enters a batch as begun, unless another has begun since somebody looked.
 *
 * KEYS: spent, spenders, begun.
 * ARGV: begins that were seen, id of the batch, of the process, its files under way with those of this batch,
 *   milliseconds for which they count without another sign of it.
 * Result: 0 when another has begun; 1 when entered; 2 when entered, and an earlier delivery of it has not told its end.
 */
const lua = `local spent, spenders, begun = KEYS[1], KEYS[2], KEYS[3]
if (redis.call('HGET', spent, 'begins') or '0') ~= ARGV[1] then return 0 end
redis.call('HINCRBY', spent, 'begins', 1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sequence = string.match(redis.call('HGET', spenders, ARGV[3]) or '', '(%d+)$') or '0'
redis.call('HSET', spenders, ARGV[3], string.format('%d %.0f %s', ARGV[4], now + ARGV[5], sequence))
local before = redis.call('HGET', begun, ARGV[2])
redis.call('HSET', begun, ARGV[2], ARGV[3])
redis.call('EXPIRE', begun, 86400)
redis.call('EXPIRE', spenders, 86400)
return before and 2 or 1
`;

/** A batch that is to begin. */
export interface BeginningBatch {
  readonly begins: number;
  readonly batch: string;
  readonly process: string;
  readonly filesUnderWay: number;
  readonly lifetimeMs: number;
}

/** Enters a batch as begun. `outrun`: another has begun since, so look again. `again`: as one whose end was never told. */
export async function beginSpending(
  redis: Pick<RedisClient, 'eval'>,
  { spent, spenders, begun }: SpendingKeys,
  { begins, batch, process, filesUnderWay, lifetimeMs }: BeginningBatch,
): Promise<'outrun' | 'begun' | 'again'> {
  const told = await redis.eval(lua, 3, spent, spenders, begun, begins, batch, process, filesUnderWay, lifetimeMs);
  if (told === 0) return 'outrun';
  return told === 2 ? 'again' : 'begun';
}
