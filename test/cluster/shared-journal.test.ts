import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

describe.skipIf(!hasRedis || !hasVersitygw)('clusters that start', patient, () => {
  let stage: ClusterStage;
  beforeAll(async () => {
    stage = await openClusterStage();
  });
  afterAll(() => stage.close());

  it('on one journal for three destinations at a time has it for one, and the others can have journals of their own', async () => {
    const names = ['a', 'b', 'c'];
    const start = (name: string, ...flags: readonly string[]): RunningFlants =>
      startFlants(
        ['transfer', `${stage.destination}-${name}`, '--redis-prefix', name, '--listen', '127.0.0.1:0', ...flags],
        { env: stage.env },
      );
    const end = async (service: RunningFlants): Promise<string> => {
      service.kill('SIGTERM');
      return (await service.ended).stderr;
    };
    const services = names.map((name) => start(name));
    const areReady = await Promise.all(
      services.map((each) =>
        each.says('"ready"').then(
          () => true,
          () => false,
        ),
      ),
    );
    const said = await Promise.all(services.map(end));
    expect(areReady.filter(Boolean), said.join('\n')).toHaveLength(1);
    const refused = names.filter((_, index) => said[index]?.includes('this journal is of'));
    expect(refused).toHaveLength(2);
    for (const name of refused) {
      const mended = start(name, '--journal', `${stage.env['FLANTS_JOURNAL']}-${name}`);
      await mended.says('"ready"');
      await end(mended);
    }
  });
});
