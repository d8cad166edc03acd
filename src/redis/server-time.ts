import { second } from '../domain/units.ts';
import type { RedisClient } from './connect.ts';

/** The clock of Redis, which is the same for all processes. Milliseconds since the epoch. */
export async function serverTimeMs(redis: Pick<RedisClient, 'time'>): Promise<number> {
  // Numbers by its type, and texts in truth.
  const [seconds, microseconds]: readonly unknown[] = await redis.time();
  return Number(seconds) * second + Math.floor(Number(microseconds) / 1_000);
}
