import { describe, expect, it } from 'vitest';
import { minute } from '../../src/domain/units.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { runChaos } from './chaos.ts';

const shape = { videos: 12, filesPerVideo: 80, kills: 8, seed: 20_261_123, timeoutMs: 4 * minute };

describe.skipIf(!hasRedis || !hasVersitygw)(
  'a cluster on Redis and versitygw whose processes are killed at random',
  () => {
    it(
      'loses nothing, and destination, journal and ledger agree at the end',
      { timeout: 2 * shape.timeoutMs },
      async () => {
        const { result, disagreements, logs } = await runChaos(shape, () => {});
        console.log(JSON.stringify(result));
        expect(disagreements.slice(0, 20), `seed ${shape.seed}; what the processes said is in ${logs}`).toEqual([]);
        expect(result).toMatchObject({ kills: shape.kills, missing: 0, wrong: 0, extra: 0 });
      },
    );

    it.skipIf(!hasRuntime)(
      'loses nothing either where functions copy, which are killed as well and whose answers are lost',
      { timeout: 2 * shape.timeoutMs },
      async () => {
        const small = { ...shape, videos: 5, filesPerVideo: 40, kills: 4, executor: 'lambda' } as const;
        const { result, disagreements, logs } = await runChaos(small, () => {});
        console.log(JSON.stringify(result));
        expect(disagreements.slice(0, 20), `seed ${shape.seed}; what the processes said is in ${logs}`).toEqual([]);
        expect(result).toMatchObject({ kills: small.kills, missing: 0, wrong: 0, extra: 0 });
      },
    );
  },
);
