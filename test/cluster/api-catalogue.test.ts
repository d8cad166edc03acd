import { afterEach, describe, expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import { openClusterStage, quickly } from './stage.ts';
import type { ClusterStage } from './stage.ts';

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster over a catalogue in a JSON API', patient, () => {
  let stage: ClusterStage;
  let up: RunningFlants | undefined;
  afterEach(async () => {
    up?.kill('SIGKILL');
    await up?.ended;
    await stage.close();
  });

  it('reads it once at its start, and asks it what changed long before it is read again', async () => {
    const changedAt = new Map([[0, Date.now() - 3_600_000]]);
    const listed = (sinceSeconds: number) =>
      [...changedAt]
        .filter(([, at]) => at >= sinceSeconds * 1_000)
        .map(([video]) => ({ id: `class-${video}`, url: stage.origin.url + syntheticPlaylist(video) }));
    const wholeReadings = () =>
      stage.origin.requests.filter(({ path }) => path.startsWith('/api') && !path.includes('since=')).length;
    stage = await openClusterStage(
      { videos: 2, filesPerVideo: 2, fileBytes: 1_000, seed: 'api' },
      {
        rule: ({ path }) => {
          const { pathname, searchParams } = new URL(path, 'http://api');
          if (pathname !== '/api') return undefined;
          const headers = { 'content-type': 'application/json' };
          return { kind: 'answer', headers, body: JSON.stringify(listed(Number(searchParams.get('since')))) };
        },
      },
    );
    const api = await clusterApi();
    const catalogue = ['--catalogue-url', `${stage.origin.url}/api`, '--scan-every', '1h'];
    const since = ['--catalogue-since', 'since={seconds}', '--catalogue-since-every', '200ms'];
    const flags = [...catalogue, ...since, ...quickly, '--transfers', '0', ...api.flags];
    const start = (): RunningFlants => startFlants(['up', stage.destination, ...flags], { env: stage.env });
    up = start();
    await api.until((videos) => idsIn('published', videos).length === 1);
    changedAt.set(1, Date.now());
    await api.until((videos) => idsIn('published', videos).length === 2);
    expect(wholeReadings()).toBe(1);
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
    up = start();
    await up.says('the catalogue was read');
    up.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
    expect(wholeReadings()).toBe(2);
  });
});
