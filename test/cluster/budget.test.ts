import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatchLimits } from '../../src/app/cluster/cluster.ts';
import type { LibraryStatus } from '../../src/domain/report/library-status.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi } from './api.ts';
import type { ClusterApi } from './api.ts';
import { childOf } from './processes.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';
import { createTap } from './tap.ts';

const library: SyntheticShape = { videos: 6, filesPerVideo: 120, fileBytes: 2_000, seed: 'spent' };
const all = library.videos * library.filesPerVideo;
const limit = 300;
const batchFiles = Math.ceil(library.filesPerVideo / dispatchLimits.lanes);

/** One story, told step by step: each test goes on where the one before it ended. */
describe.skipIf(!hasRedis || !hasVersitygw)('a cluster with a budget', patient, () => {
  const tap = createTap(limit / 2);
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants;
  beforeAll(async () => {
    stage = await openClusterStage(library, { rule: tap.rule });
    api = await clusterApi();
  });
  afterAll(async () => {
    tap.open();
    await stage?.close();
  });

  const start = (...flags: readonly string[]): void => {
    up = stage.start('up', '--transfers', '2', '--threads', '1', '--concurrency', '4', ...api.flags, ...flags);
  };
  const stop = async (): Promise<void> => {
    up.kill('SIGTERM');
    const { code, stderr } = await up.ended;
    expect(code, stderr).toBe(0);
  };
  const there = async (): Promise<number> =>
    (await readdir(stage.objects, { recursive: true })).filter((key) => key.endsWith('.ts')).length;

  it('begins no more once all processes together have spent it, one that was killed among them', async () => {
    start('--budget', `${limit}files`, '--egress-price', '1000');
    await up.during(tap.stands(2));
    process.kill(await childOf(up.pid ?? 0, 'transfer'), 'SIGKILL');
    await sleep(500);
    tap.open();
    const { budget } = await stage.until(({ budget: told }) => told?.reached === 'files');
    await up.says('"message":"the budget is spent (files): batches in progress finish');
    await up.says('"type":"budget-spent"');
    const spent = budget?.spent.files ?? 0;
    expect(spent).toBeGreaterThanOrEqual(limit);
    // What is under way when the last one begins leaves something.
    expect(spent).toBeLessThan(limit + batchFiles);
    expect(budget?.spent.bytes).toBe(spent * library.fileBytes);
    expect(budget?.spent.dollars).toBeCloseTo(spent * 0.002, 1);
    expect(await there()).toBeLessThanOrEqual(spent + 2 * batchFiles);
  });

  it('says so, and what it waits for', async () => {
    const { code, stdout } = await stage.run('status');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^Spent: 3\d\d files of 300, \d+ KiB, \$\d\.\d+ by the prices of \d{4}-/m);
    expect(stdout).toContain(
      'The budget is spent (files): no more files are copied until flants up, or the coordinator',
    );
    expect((await stage.run('report')).stdout).toContain('"reached": "files"');
    const page = join(stage.scratch, 'report.html');
    await stage.run('report', '--html', page);
    expect(await readFile(page, 'utf8')).toContain('the budget is spent (files)');
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/^flants_budget_reached\{role="aggregator"\} 1$/m);
    expect(metrics).toMatch(/^flants_budget_limit\{kind="files",role="aggregator"\} 300$/m);
    expect(metrics).toMatch(/^flants_budget_spent\{kind="files",role="aggregator"\} 3\d\d$/m);
  });

  it('remembers what was spent when Redis has lost everything', async () => {
    const before = await stage.status();
    await sleep(2_500);
    await flushAll(stage.redis.url);
    await stage.until(({ budget }) => budget?.spent.files === before.budget?.spent.files);
    const copied = await there();
    await stage.until(
      ({ totals: { videos } }) => videos.published + videos.waiting + videos.copying === library.videos,
    );
    // Longer than it waits before it asks again.
    await sleep(6_000);
    expect(await there()).toBe(copied);
    const { budget } = await stage.status();
    // A playlist that was being written at that moment may have been counted since.
    const dollars = expect.closeTo(before.budget?.spent.dollars ?? 0, 4) as number;
    expect(budget).toEqual({ ...before.budget, spent: { ...before.budget?.spent, dollars } });
  });

  it('goes on when it is started with more, and copies nothing twice', async () => {
    await stop();
    start('--budget', `${2 * all}files`);
    const whole = (status: LibraryStatus): boolean => status.totals.videos.published === library.videos;
    const { budget } = await stage.until(whole, 90_000);
    expect(budget).not.toHaveProperty('reached');
    expect(budget?.spent.files).toBeLessThanOrEqual(all);
    expect(budget?.spent.files).toBeGreaterThanOrEqual(all - batchFiles);
    for (const { path, body } of syntheticFiles(library)) {
      expect((await stage.object(path.slice(1)))?.equals(body), path).toBe(true);
    }
    // But for those of the process that was killed.
    expect(stage.puts().length - new Set(stage.puts()).size).toBeLessThanOrEqual(2 * batchFiles);
  });

  it('has none any more when it is started without', async () => {
    await stop();
    start();
    expect(await stage.until(({ budget }) => budget === undefined)).not.toHaveProperty('budget');
    await stop();
    expect(await stage.status()).not.toHaveProperty('budget');
  });
});

async function flushAll(url: string): Promise<void> {
  const redis = connectRedis({ url }, () => undefined);
  await redis.flushall();
  redis.disconnect();
}
