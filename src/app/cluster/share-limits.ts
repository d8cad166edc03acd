import { shareOfRate } from '../../domain/share-rate.ts';
import type { RateDemand } from '../../domain/share-rate.ts';
import { second } from '../../domain/units.ts';
import { repeat } from '../../engine/repeat.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { exchangeDemand } from '../../redis/exchange-demand.ts';
import type { RedisNames } from '../../redis/names.ts';
import { limitNames } from '../limits.ts';
import type { LimitName, ProcessLimits } from '../limits.ts';

/** What a process tells of one limit: what it uses per second, and whether it waits. */
type Told = Readonly<Partial<Record<LimitName, readonly [used: number, isWaiting: boolean]>>>;

const everyMs = second;
/** A process that was not heard for this long has no part. */
const forgottenMs = 5 * second;

/** How limits are shared. */
export interface ShareLimitsOptions {
  readonly redis: Pick<RedisClient, 'eval' | 'hdel' | 'status'>;
  readonly names: Pick<RedisNames, 'demands' | 'demandsHeard'>;
  /** Of this process. */
  readonly id: string;
  /** What is used here cannot be seen, as what functions use: counts as waiting. */
  readonly isBlind: boolean;
}

/**
 * Shares the limits among all processes of a cluster, once a second, by what each has used. While Redis is away, each
 * keeps its last part. Resolves once the part of this process is known.
 *
 * @returns stops sharing, and leaves its part to the others
 */
export async function shareLimits(
  limits: ProcessLimits,
  { redis, names, id, isBlind }: ShareLimitsOptions,
): Promise<() => Promise<void>> {
  const { bytes, requests } = limits.source;
  if (!bytes && !requests && !limits.destinationRequests) return async () => {};
  let before = { at: performance.now(), used: usesOf(limits) };
  const exchange = async (): Promise<void> => {
    const now = { at: performance.now(), used: usesOf(limits) };
    const seconds = Math.max(0.1, (now.at - before.at) / second);
    const told: Told = Object.fromEntries(
      limitNames.map((name) => {
        const [is, was] = [now.used[name], before.used[name]];
        return [name, [(is.taken - was.taken) / seconds, isBlind || is.waits > was.waits]];
      }),
    );
    before = now;
    const keys = { demands: names.demands, heard: names.demandsHeard };
    const all = await exchangeDemand(redis, keys, { id, demand: JSON.stringify(told), forgottenMs });
    const heard = [...all].map(([each, text]) => [each, JSON.parse(text) as Told] as const);
    limits.share((name, total) => shareOfRate(total, demandsOf(name, heard), id));
  };
  await exchange();
  const stop = repeat(everyMs, exchange);
  return async () => {
    stop();
    // A server that is away would be waited for. It forgets by itself.
    if (redis.status === 'ready') await redis.hdel(names.demands, id).catch(() => undefined);
  };
}

function usesOf(limits: ProcessLimits): Readonly<Record<LimitName, ReturnType<ProcessLimits['used']>>> {
  return {
    bytes: limits.used('bytes'),
    sourceRequests: limits.used('sourceRequests'),
    destinationRequests: limits.used('destinationRequests'),
  };
}

function demandsOf(name: LimitName, heard: readonly (readonly [id: string, told: Told])[]): readonly RateDemand[] {
  return heard.map(([id, told]) => {
    const [used, isWaiting] = told[name] ?? [0, false];
    return { id, used, isWaiting };
  });
}
