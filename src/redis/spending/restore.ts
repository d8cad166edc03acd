import type { SpendingTerms, SpentFacts } from '../../domain/cost/budget.ts';
import type { RedisClient } from '../connect.ts';
import type { SpendingKeys } from './read.ts';

/** What outlives Redis. */
export interface KeptSpending {
  readonly facts: SpentFacts;
  readonly terms?: SpendingTerms;
}

/**
 * Writes what was kept elsewhere, unless Redis knows. What functions have cost by its own count is part of what was kept, or
 * was before anybody wanted to know.
 *
 * KEYS: spent, functions.
 * ARGV: dollars of functions that were kept, then fields and values of spent, in turn.
 * Result: 1 when written; 0 when Redis knew.
 */
const lua = `local spent = KEYS[1]
if redis.call('HSETNX', spent, 'since', redis.call('TIME')[1]) == 0 then return 0 end
local dollars = redis.call('HGET', KEYS[2], 'dollars') or '0'
redis.call('HSET', spent, 'formerDollars', string.format('%.12f', ARGV[1] - dollars))
for at = 2, #ARGV, 2 do redis.call('HSET', spent, ARGV[at], ARGV[at + 1]) end
return 1
`;

/** @param kept - absent: nothing was, so the sum begins at nothing */
export async function restoreSpending(
  redis: Pick<RedisClient, 'eval'>,
  { spent, functions }: SpendingKeys,
  kept: KeptSpending | undefined,
): Promise<void> {
  const { files = 0, bytes = 0, puts = 0, functionDollars = 0 } = kept?.facts ?? {};
  const terms = kept ? ['terms', JSON.stringify(kept.terms ?? null)] : [];
  await redis.eval(lua, 2, spent, functions, functionDollars, 'files', files, 'bytes', bytes, 'puts', puts, ...terms);
}
