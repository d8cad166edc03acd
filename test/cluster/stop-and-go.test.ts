import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatchLimits } from '../../src/app/cluster/cluster.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { childOf, childrenOf, isRunning } from './processes.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';
import { createTap } from './tap.ts';
import type { Tap } from './tap.ts';

const library: SyntheticShape = { videos: 6, filesPerVideo: 60, fileBytes: 1_000, seed: 'stop' };
const concurrency = 8;
/** Outcomes go to the journal by the batch: a transfer that is killed has so many at most that it has not told of. */
const untold = 2 * Math.ceil(library.filesPerVideo / dispatchLimits.lanes);

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster that is stopped in mid-copy', patient, () => {
  let tap: Tap;
  let stage: ClusterStage;
  let api: ClusterApi;
  let running: RunningFlants[];
  /** Processes that only copy files; the coordinator copies them where there are none. */
  let transfers: number;
  beforeEach(async () => {
    running = [];
    transfers = 1;
    tap = createTap(100);
    stage = await openClusterStage(library, { rule: tap.rule });
    api = await clusterApi();
  });
  afterEach(async () => {
    tap.open();
    for (const each of running) each.kill('SIGKILL');
    await Promise.all(running.map((each) => each.ended));
    await stage.close();
  });

  const start = (...flags: readonly string[]): RunningFlants => {
    const size = ['--transfers', String(transfers), '--concurrency', String(concurrency)];
    const up = stage.start('up', ...size, ...api.flags, ...flags);
    running.push(up);
    return up;
  };
  /** Starts it and waits until the source holds back as much as it may have in flight. */
  const startToTheMiddle = async (...flags: readonly string[]): Promise<RunningFlants> => {
    const up = start(...flags);
    await up.during(tap.stands(concurrency));
    return up;
  };
  const untilWhole = async (): Promise<void> => {
    await api.until((videos) => idsIn('published', videos).length === library.videos);
    for (const { path, body } of syntheticFiles(library)) {
      expect((await stage.object(path.slice(1)))?.equals(body), path).toBe(true);
    }
  };
  /** PUTs beyond the one that each object needs. */
  const superfluous = (): number => stage.puts().length - new Set(stage.puts()).size;

  it.each([
    ['coordinator', 0],
    ['transfer', 1],
  ])('finishes what its %s has in flight, and goes on where it stopped', async (verb, processes) => {
    transfers = processes;
    const up = await startToTheMiddle();
    up.kill('SIGTERM');
    await up.says(`"role":"${verb}","message":"stopping: finishing the work in progress"`);
    tap.open();
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(new Set(stage.puts()).size).toBeLessThan(library.videos * library.filesPerVideo);

    // It is the same to the work which processes go on.
    transfers = 1;
    start();
    await untilWhole();
    expect(superfluous()).toBe(0);
  });

  it('drops what does not come within its grace, and ends in order all the same', async () => {
    const up = await startToTheMiddle('--grace', '3s');
    up.kill('SIGTERM');
    const ended = await up.ended; // The source still holds the files in flight.
    expect(ended.code, ended.stderr).toBe(0);
    tap.open();

    start();
    await untilWhole();
    expect(superfluous()).toBe(0);
  });

  it.each([
    ['transfer', 1, untold],
    // It copies nothing.
    ['coordinator', 1, 0],
    ['coordinator', 0, untold],
  ] as const)('heals when its %s is killed, with %i transfers', async (verb, processes, most) => {
    transfers = processes;
    const up = await startToTheMiddle();
    process.kill(await childOf(up.pid, verb), 'SIGKILL');
    await up.says(`${verb} 1 was killed by SIGKILL; it restarts`);
    tap.open();
    await untilWhole();
    expect(superfluous()).toBeLessThanOrEqual(most);
  });

  it('leaves no process behind when it is killed as a whole, and goes on', async () => {
    const up = await startToTheMiddle();
    const children = await childrenOf(up.pid);
    expect(children).toHaveLength(2);
    up.kill('SIGKILL');
    await up.ended;
    tap.open();
    await expect
      .poll(async () => (await Promise.all(children.map(isRunning))).includes(true), { timeout: 20_000 })
      .toBe(false);

    start();
    await untilWhole();
    expect(superfluous()).toBe(0);
  });

  it('leaves no process behind when it is killed while they start', async () => {
    const up = start();
    await expect.poll(() => childrenOf(up.pid)).toHaveLength(2);
    const children = await childrenOf(up.pid);
    up.kill('SIGKILL');
    await up.ended;
    await expect
      .poll(async () => (await Promise.all(children.map(isRunning))).includes(true), { timeout: 20_000 })
      .toBe(false);
  });

  it('shares the work with a second one, and doubles none', async () => {
    await startToTheMiddle();
    const role = stage.start('transfer', '--concurrency', String(concurrency), '--threads', '1');
    running.push(role);
    // Both have their hands full now.
    await role.during(tap.stands(2 * concurrency));
    const second = stage.start('up', '--transfers', '1', '--concurrency', String(concurrency));
    running.push(second);
    await second.during(tap.stands(3 * concurrency));
    tap.open();
    await untilWhole();
    expect(superfluous()).toBe(0);
  });
});
