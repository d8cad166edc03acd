import type { RedisPlace } from '../../config/cluster-place.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';
import { MiB } from '../../domain/units.ts';
import { awaitRedis, redisAddress } from '../../redis/await-redis.ts';
import { askRedisFacts, judgeRedis } from '../../redis/check-settings.ts';
import type { RedisFacts } from '../../redis/check-settings.ts';
import { connectRedis } from '../../redis/connect.ts';
import { faultOf } from './mend.ts';
import { patienceMs } from '../patience.ts';

/** Looks at Redis: whether it answers, keeps what it acknowledges, drops nothing, and has memory left. */
export async function checkRedis(place: RedisPlace, signal: AbortSignal): Promise<readonly Finding[]> {
  const address = redisAddress(place.url);
  const client = connectRedis(place, () => undefined);
  try {
    await awaitRedis(client, place, signal, patienceMs);
    const facts = await askRedisFacts(client);
    return judge(facts, address);
  } catch (error) {
    signal.throwIfAborted();
    return [
      faultOf('Redis', address, failureOf(error), 'see whether it is up, and --redis names it with its password'),
    ];
  } finally {
    client.disconnect();
  }
}

function judge(facts: RedisFacts, address: string): readonly Finding[] {
  const place = { check: 'Redis', subject: address };
  const { faults, warnings } = judgeRedis(facts);
  const findings: readonly Finding[] = [
    ...faults.map(({ problem, mend }): Finding => ({ ...place, level: 'fault', message: problem, mend })),
    ...warnings.map((message): Finding => ({
      ...place,
      level: 'unknown',
      message,
      mend: 'look it up in the console of the service',
    })),
    ...memoryFindings(facts, place),
  ];
  if (findings.length > 0) return findings;
  const { info } = facts;
  const name =
    info['valkey_version'] === undefined ? `Redis ${info['redis_version']}` : `Valkey ${info['valkey_version']}`;
  return [{ ...place, level: 'ok', message: `${name} keeps what it acknowledges, and drops nothing` }];
}

const highShare = 0.8;

function memoryFindings({ info }: RedisFacts, place: Pick<Finding, 'check' | 'subject'>): readonly Finding[] {
  const [used, limit] = [Number(info['used_memory'] ?? 0), Number(info['maxmemory'] ?? 0)];
  const mend = `run "CONFIG SET maxmemory 512mb" there, or give it a larger machine`;
  const full: readonly Finding[] =
    limit > 0 && used > highShare * limit
      ? [
          {
            ...place,
            level: 'warning',
            message: `${Math.round(used / MiB)} of ${Math.round(limit / MiB)} MiB are used`,
            mend,
          },
        ]
      : [];
  if ((info['aof_last_write_status'] ?? 'ok') === 'ok') return full;
  const message = 'its last write to its file failed: what it acknowledges now is lost with it';
  return [...full, { ...place, level: 'fault', message, mend: 'make room on its disk, and look into its log' }];
}
