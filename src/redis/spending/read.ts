import type { SpendingTerms, SpentFacts } from '../../domain/cost/budget.ts';
import type { RedisClient } from '../connect.ts';
import { refusedByRedis } from '../refused.ts';
import type { RedisNames } from '../names.ts';

/** Names of the keys that hold what is spent. */
export type SpendingKeys = Pick<RedisNames, 'spent' | 'spenders' | 'begun' | 'functions'>;

/** What Redis holds of it. */
export interface SpendingState {
  readonly facts: SpentFacts;
  /** Absent: nobody wants to know what is spent. */
  readonly terms?: SpendingTerms;
  /** How many batches have begun so far: tells whether one has begun meanwhile. */
  readonly begins: number;
  /** Files of batches that have not ended, in all processes that live. */
  readonly filesUnderWay: number;
}

/**
 * Reads what is spent, and what is under way.
 *
 * KEYS: spent, spenders, functions.
 * ARGV: none.
 * Result: [fields and values of spent, files under way, dollars of functions or nothing].
 */
const lua = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local files = 0
for _, told in ipairs(redis.call('HVALS', KEYS[2])) do
  local count, expires = string.match(told, '^(%d+) (%d+)')
  if tonumber(expires) > now then files = files + count end
end
return {redis.call('HGETALL', KEYS[1]), files, redis.call('HGET', KEYS[3], 'dollars')}
`;

/** @returns undefined where Redis does not know, as it has lost its memory or never heard of it: see `restoreSpending` */
export async function readSpending(
  redis: Pick<RedisClient, 'eval'>,
  { spent, spenders, functions }: SpendingKeys,
): Promise<SpendingState | undefined> {
  const [told, filesUnderWay, dollars] = (await refusedByRedis(redis.eval(lua, 3, spent, spenders, functions))) as [
    readonly string[],
    number,
    string | null,
  ];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < told.length; at += 2) fields.set(told[at] ?? '', told[at + 1] ?? '');
  if (!fields.has('since')) return undefined;
  const amount = (field: string): number => Number(fields.get(field) ?? 0);
  // `null` where somebody decided that there are none.
  const terms = JSON.parse(fields.get('terms') ?? 'null') as SpendingTerms | null;
  return {
    facts: {
      files: amount('files'),
      bytes: amount('bytes'),
      puts: amount('puts'),
      functionDollars: amount('formerDollars') + Number(dollars ?? 0),
    },
    ...(terms ? { terms } : {}),
    begins: amount('begins'),
    filesUnderWay,
  };
}
