import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { JobHandler } from '../../src/queue/job-queue.ts';
import { hasRedis } from '../servers/redis.ts';
import { done, patience, prefix, queueProcesses, stallTimes } from './queue-processes.ts';

describe.skipIf(!hasRedis)('a queue on Redis', () => {
  const { server, refusals, seen, replica, add, work, note, isEmpty } = queueProcesses();

  it('gives each job to one of the workers of all processes', async () => {
    const [one, two] = [replica(), replica()];
    const shares = [0, 0];
    const both = Promise.withResolvers<void>();
    for (const [at, { queue }] of [one, two].entries()) {
      const handler: JobHandler<string> = async (data) => {
        seen.push(data);
        shares[at] = (shares[at] ?? 0) + 1;
        if (shares.every((share) => share > 0)) both.resolve();
        // Whoever is first waits until the other has had one as well.
        await both.promise;
        return done;
      };
      work(queue, handler, 2);
    }
    const ids = Array.from({ length: 100 }, (_, index) => `job-${index}`);
    for (const id of ids) await add(one.queue, id);
    await isEmpty(two.queue);
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(refusals).toEqual([]);
  });

  it('ignores an id that waits, is delayed or active with another process', async () => {
    const [one, two] = [replica(), replica()];
    await add(one.queue, 'waits');
    await one.queue.add({ id: 'delayed', data: 'delayed', priority: 5, delayMs: 60_000 });
    await add(two.queue, 'waits');
    await add(two.queue, 'delayed');
    expect(await two.queue.size()).toBe(2);
    const release = Promise.withResolvers<void>();
    work(one.queue, async (data) => {
      seen.push(data);
      await release.promise;
      return done;
    });
    await expect.poll(() => seen, patience).toEqual(['waits']);
    await add(two.queue, 'waits');
    release.resolve();
    await expect.poll(() => two.queue.size(), patience).toBe(1);
    expect(seen).toEqual(['waits']);
    await add(two.queue, 'waits');
    await expect.poll(() => seen, patience).toEqual(['waits', 'waits']);
  });

  /** A process that takes the jobs that stand in the queue, and is killed when the test says so. */
  const mortalWith = async (...ids: readonly string[]): Promise<{ kill(): Promise<void> }> => {
    const args = [join(import.meta.dirname, 'redis-mortal-worker.ts'), server().url, prefix];
    const times = [String(stallTimes.lockDurationMs), String(stallTimes.stalledIntervalMs)];
    const mortal = spawn(process.execPath, [...args, ...times], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    mortal.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
    const exited = once(mortal, 'exit');
    const kill = async (): Promise<void> => {
      mortal.kill('SIGKILL');
      await exited;
    };
    await expect
      .poll(() => said.trim().split('\n').toSorted(), patience)
      .toEqual(ids)
      .catch(async (error: unknown) => {
        await kill();
        throw error;
      });
    return { kill };
  };

  it('gives the jobs of a process that was killed to another', async () => {
    const { queue } = replica();
    for (const id of ['a', 'b']) await add(queue, id);
    const mortal = await mortalWith('a', 'b');
    work(queue, note);
    await add(queue, 'c');
    await expect.poll(() => seen, patience).toEqual(['c']);
    await mortal.kill();
    await isEmpty(queue);
    expect(seen.toSorted()).toEqual(['a', 'b', 'c']);
    expect(refusals).toEqual([]);
  });

  it('says of each job how many processes were lost with it', async () => {
    const { queue } = replica();
    for (const id of ['a', 'b']) await add(queue, id);
    await (await mortalWith('a', 'b')).kill();
    await (await mortalWith('a', 'b')).kill();
    await add(queue, 'c');
    work(queue, async (data, { lost }) => {
      seen.push(`${data} ${lost}`);
      // It is no less lost for having been put off.
      return seen.length < 4 && data === 'a' ? { result: 'again', delayMs: 10 } : done;
    });
    await isEmpty(queue);
    expect(new Set(seen)).toEqual(new Set(['a 2', 'b 2', 'c 0']));
  });

  it('gives what a stopped worker handed back to another at once', async () => {
    const [one, two] = [replica(), replica()];
    const workers = work(one.queue, async (data, { signal }) => {
      seen.push(`${data} at one`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw signal.reason;
    });
    await add(one.queue, 'a');
    await expect.poll(() => seen, patience).toEqual(['a at one']);
    work(two.queue, async (data) => {
      seen.push(`${data} at two`);
      return done;
    });
    await workers.stop();
    await isEmpty(two.queue);
    expect(seen).toEqual(['a at one', 'a at two']);
    expect(refusals).toEqual([]);
  });

  it('never has more active than the cap, over all workers, and forgets the cap when it is taken away', async () => {
    const [one, two] = [replica(), replica()];
    let active = 0;
    let most = 0;
    const handler: JobHandler<string> = async (data) => {
      most = Math.max(most, ++active);
      await new Promise(setImmediate);
      seen.push(data);
      active--;
      return done;
    };
    await one.queue.limit(3);
    for (const { queue } of [one, two]) work(queue, handler, 5);
    for (let at = 0; at < 200; at++) await add(one.queue, `job-${at}`);
    await isEmpty(one.queue);
    expect(most).toBeLessThanOrEqual(3);
    expect(seen).toHaveLength(200);

    await two.queue.limit(undefined);
    const all = Promise.withResolvers<void>();
    const { queue: wide } = replica('wide');
    await wide.limit(1);
    await wide.limit(undefined);
    let together = 0;
    work(
      wide,
      async () => {
        if (++together === 5) all.resolve();
        await all.promise;
        return done;
      },
      5,
    );
    for (let at = 0; at < 5; at++) await add(wide, `job-${at}`);
    await isEmpty(wide);
  });

  it('keeps a cap that is said again while jobs run', async () => {
    const { queue, connection } = replica();
    await queue.limit(2);
    await connection.flushall();
    await queue.limit(2);
    await queue.limit(2);
    const release = Promise.withResolvers<void>();
    work(
      queue,
      async (data) => {
        seen.push(data);
        await release.promise;
        return done;
      },
      10,
    );
    for (let at = 0; at < 10; at++) await add(queue, `job-${at}`);
    await expect.poll(() => seen.length, patience).toBe(2);
    expect(await queue.hasCapacity(10)).toBe(false);
    await queue.limit(4);
    await expect.poll(() => seen.length, patience).toBe(4);
    release.resolve();
    await isEmpty(queue);
  });

  const hour = 60 * 60 * 1000;

  /** Does something on a host whose clock is ahead. */
  const anHourAhead = async <T>(act: () => Promise<T>): Promise<T> => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hour });
    return act().finally(() => vi.useRealTimers());
  };

  it('brings forward what a host whose clock was ahead has put off, and nothing else', async () => {
    const { queue, connection } = replica();
    const delayed = { data: 'late', priority: 5, delayMs: 10 };
    await anHourAhead(async () => {
      await queue.add({ ...delayed, id: 'late' });
      await queue.every('tick', 2 * hour, 'tick');
    });
    // By its own clock a long way off, as it is meant to be.
    await queue.add({ ...delayed, id: 'later', data: 'later', delayMs: 3 * hour });
    // One of the clocks that it asks is that of this host.
    expect(await anHourAhead(() => queue.bringForward())).toBe(0);
    work(queue, note);
    await expect.poll(() => seen, patience).toEqual(['tick']);
    expect(await queue.bringForward()).toBe(2);
    await expect.poll(() => seen.toSorted(), patience).toEqual(['late', 'tick', 'tick']);
    await expect.poll(() => queue.size(), patience).toBe(2);
    const due = await connection.zrange(`${prefix}:jobs:delayed`, 0, -1, 'WITHSCORES');
    const hours = due.filter((_, at) => at % 2 === 1).map((score) => (Number(score) / 0x1000 - Date.now()) / hour);
    expect(hours.map((each) => Math.round(each))).toEqual([2, 3]);
    expect(await queue.bringForward()).toBe(0);
  });

  describe('a schedule', () => {
    it('brings its first job at once, and once for all processes', async () => {
      const [one, two] = [replica(), replica()];
      for (const { queue } of [one, two]) work(queue, note, 3);
      await Promise.all([one, two].map(({ queue }) => queue.every('recon:cile', hour, 'tick')));
      await expect.poll(() => seen, patience).toEqual(['tick']);
      // The next one stands, delayed, and nothing else does.
      await expect.poll(() => one.queue.size(), patience).toBe(1);
      expect(seen).toEqual(['tick']);
      expect(await one.queue.hasCapacity(1)).toBe(true);
    });

    it('brings further ones on its interval', async () => {
      const [one, two] = [replica(), replica()];
      for (const { queue } of [one, two]) work(queue, note);
      await one.queue.every('tick', 100, 'tick');
      await expect.poll(() => seen.length, patience).toBeGreaterThanOrEqual(4);
      expect(refusals).toEqual([]);
    });

    it('keeps its clock when it is said again', async () => {
      const [one, two] = [replica(), replica()];
      work(one.queue, note);
      await one.queue.every('tick', hour, 'tick');
      await expect.poll(() => seen, patience).toEqual(['tick']);
      await expect.poll(() => one.queue.size(), patience).toBe(1);
      const due = await one.connection.zrange(`${prefix}:jobs:delayed`, 0, -1, 'WITHSCORES');
      for (let at = 0; at < 3; at++) for (const { queue } of [one, two]) await queue.every('tick', hour, 'tick');
      expect(await one.connection.zrange(`${prefix}:jobs:delayed`, 0, -1, 'WITHSCORES')).toEqual(due);
      expect(seen).toEqual(['tick']);
    });

    it('of another interval is left alone by who only mends, and ends when it is told to', async () => {
      const [one, two] = [replica(), replica()];
      work(one.queue, note);
      await one.queue.every('tick', hour, 'tick');
      await expect.poll(() => seen, patience).toEqual(['tick']);
      for (let at = 0; at < 3; at++) {
        await two.queue.every('tick', 2 * hour, 'tick', { ifNone: true });
        await one.queue.every('tick', hour, 'tick', { ifNone: true });
      }
      expect(seen).toEqual(['tick']);
      await one.queue.never('tick');
      await one.queue.never('tick');
      await expect.poll(() => one.queue.size(), patience).toBe(0);
      await two.queue.every('tick', 2 * hour, 'tick', { ifNone: true });
      await expect.poll(() => seen, patience).toEqual(['tick', 'tick']);
    });

    it('says whether it has a job that is due', async () => {
      const { queue } = replica();
      const all = () => Promise.all([false, true].map((ifNone) => queue.every('tick', hour, 'tick', { ifNone })));
      expect(await queue.every('tick', hour, 'tick')).toBe(true);
      expect(await all()).toEqual([true, true]);
      work(queue, note);
      await expect.poll(() => seen, patience).toEqual(['tick']);
      await expect.poll(() => queue.size(), patience).toBe(1);
      expect(await all()).toEqual([false, false]);
      expect(await queue.every('tick', 2 * hour, 'tick')).toBe(true);
    });

    it('comes back when it is said again after Redis was emptied', async () => {
      const { queue, connection } = replica();
      work(queue, note);
      await queue.every('tick', hour, 'tick');
      await expect.poll(() => seen, patience).toEqual(['tick']);
      await connection.flushall();
      await queue.every('tick', hour, 'tick');
      await expect.poll(() => seen, patience).toEqual(['tick', 'tick']);
    });
  });
});
