import { functionUseFields, noFunctionUse } from '../../domain/cost/function-use.ts';
import type { FunctionCost } from '../../domain/cost/function-use.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { refusedByRedis } from '../../redis/refused.ts';
import type { FunctionMeter } from '../functions/meter.ts';

/**
 * Adds what the functions of this process were used for to the sum over all processes.
 *
 * @returns a function to be called now and again, and at the end. What one call cannot add is added by the next
 */
export function addFunctionCost(
  redis: Pick<RedisClient, 'multi'>,
  key: string,
  meter: Pick<FunctionMeter, 'cost'>,
): () => Promise<void> {
  let added: Pick<FunctionCost, (typeof fields)[number]> = { ...noFunctionUse, dollars: 0 };
  const add = async (): Promise<void> => {
    const cost = meter.cost();
    const grown = fields.filter((field) => cost[field] > added[field]);
    if (grown.length === 0) return;
    const transaction = redis.multi().hset(key, { at: cost.prices.at, source: cost.prices.source });
    for (const field of grown) transaction.hincrbyfloat(key, field, cost[field] - added[field]);
    await transaction.exec();
    added = cost;
  };
  let adding: Promise<void> = Promise.resolve();
  return () => (adding = adding.then(add, add));
}

/** What functions were used for in all processes since Redis knows the library. Undefined where none were. */
export async function readFunctionCost(
  redis: Pick<RedisClient, 'hgetall'>,
  key: string,
): Promise<FunctionCost | undefined> {
  const { at, source, ...sums } = await refusedByRedis(redis.hgetall(key));
  if (at === undefined || source === undefined) return undefined;
  const cost = Object.fromEntries(fields.map((field) => [field, Number(sums[field] ?? 0)]));
  return { ...(cost as unknown as FunctionCost), prices: { at, source } };
}

const fields = [...functionUseFields, 'dollars'] as const;
