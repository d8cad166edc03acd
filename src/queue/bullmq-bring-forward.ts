import type { Queue } from 'bullmq';
import { minute } from '../domain/units.ts';
import type { RedisClient } from '../redis/connect.ts';
import { serverTimeMs } from '../redis/server-time.ts';

/** How much later than its delay allows a job may be due: clocks of hosts that are well differ by less. */
const toleranceMs = minute;

/** Jobs looked at, those that are due last first. The next look finds others. */
const maxJobs = 1_000;

/** The scores of BullMQ's delayed jobs are instants times this, plus a number. */
const scorePerMs = 0x1000;

/**
 * Brings forward what is due later than its delay allows. BullMQ keeps instants, so what a host set whose clock was ahead
 * would wait until all others have come as far, also where that clock was set right since.
 *
 * A job is left alone unless it is too late by this host's clock and by that of Redis: one of them may be behind.
 *
 * @returns how many jobs and schedules that were
 */
export async function bringForward(queue: Queue, redis: RedisClient): Promise<number> {
  const latestClock = Math.max(Date.now(), await serverTimeMs(redis));
  const isTooLate = (dueAt: number, delayMs: number): boolean => dueAt - latestClock > delayMs + toleranceMs;
  let count = 0;
  for (const { key, every = 0, next = 0, template } of await queue.getJobSchedulers()) {
    if (!isTooLate(next, every)) continue;
    // Begun anew under the same key it would keep its instant.
    await queue.removeJobScheduler(key);
    await queue.upsertJobScheduler(key, { every }, { name: 'job', ...template });
    count += 1;
  }
  const from = (latestClock + toleranceMs) * scorePerMs;
  const found = await redis.zrevrangebyscore(queue.toKey('delayed'), '+inf', from, 'WITHSCORES', 'LIMIT', 0, maxJobs);
  for (let at = 0; at < found.length; at += 2) {
    const [id = '', score] = found.slice(at, at + 2);
    const delayMs = Number(await redis.hget(queue.toKey(id), 'delay'));
    if (!isTooLate(Number(score) / scorePerMs, delayMs)) continue;
    const job = await queue.getJob(id);
    // Somebody may have taken it meanwhile.
    const isMoved = await job?.changeDelay(delayMs).then(
      () => true,
      () => false,
    );
    if (isMoved) count += 1;
  }
  return count;
}
