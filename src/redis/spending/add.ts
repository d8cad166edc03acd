import type { SpentFacts } from '../../domain/cost/budget.ts';
import type { RedisClient } from '../connect.ts';
import type { SpendingKeys } from './read.ts';

/**
 * Adds what a process has spent to the sum, ends a batch, and says what the process has under way. Called again with the same
 * sequence, as after a lost answer, it changes nothing.
 *
 * KEYS: spent, spenders, begun.
 * ARGV: id of the process, its sequence, its files under way, milliseconds for which they count, id of a batch or nothing, files,
 *   bytes, puts.
 * Result: 1 when added, now or before; 0 when Redis has lost its memory: nothing is added then.
 */
const lua = `local spent, spenders, begun = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HEXISTS', spent, 'since') == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = string.match(redis.call('HGET', spenders, ARGV[1]) or '', '(%d+)$') or '0'
if tonumber(ARGV[2]) <= tonumber(last) then return 1 end
redis.call('HSET', spenders, ARGV[1], string.format('%d %.0f %s', ARGV[3], now + ARGV[4], ARGV[2]))
for at, field in ipairs({'files', 'bytes', 'puts'}) do
  if ARGV[5 + at] ~= '0' then redis.call('HINCRBY', spent, field, ARGV[5 + at]) end
end
if ARGV[5] ~= '' and redis.call('HGET', begun, ARGV[5]) == ARGV[1] then redis.call('HDEL', begun, ARGV[5]) end
return 1
`;

/** What a process adds. */
export interface Addition extends Pick<SpentFacts, 'files' | 'bytes' | 'puts'> {
  readonly process: string;
  /** Greater than that of the call before. */
  readonly sequence: number;
  readonly filesUnderWay: number;
  readonly lifetimeMs: number;
  /** The batch that has ended. */
  readonly batch?: string;
}

/** @returns false where Redis has lost its memory and nothing was added: see `restoreSpending` */
export async function addSpending(
  redis: Pick<RedisClient, 'eval'>,
  { spent, spenders, begun }: SpendingKeys,
  { process, sequence, filesUnderWay, lifetimeMs, batch = '', files, bytes, puts }: Addition,
): Promise<boolean> {
  const who = [process, sequence, filesUnderWay, lifetimeMs, batch] as const;
  return (await redis.eval(lua, 3, spent, spenders, begun, ...who, files, bytes, puts)) === 1;
}
