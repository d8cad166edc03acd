import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/connect.ts';
import { hasRedis } from '../servers/redis.ts';
import { done, patience, queueProcesses } from './queue-processes.ts';

describe.skipIf(!hasRedis)('a queue on a Redis that fails', () => {
  const { server, refusals, seen, replica, add, work, note, isEmpty } = queueProcesses();

  it('goes on with new jobs after it was emptied, whether workers waited or worked', async () => {
    const { queue, connection } = replica();
    const release = Promise.withResolvers<void>();
    work(queue, async (data) => {
      seen.push(data);
      if (data === 'held') await release.promise;
      return done;
    });
    work(queue, note);
    await add(queue, 'held');
    await expect.poll(() => seen, patience).toEqual(['held']);
    await connection.flushall();
    release.resolve();
    await add(queue, 'held');
    await add(queue, 'b');
    await expect.poll(() => seen.toSorted(), patience).toEqual(['b', 'held', 'held']);
    await isEmpty(queue);
  });

  it('goes on by itself when it was killed and is back, with what it knew', async () => {
    const { queue, connection } = replica();
    work(queue, note);
    await add(queue, 'before');
    await expect.poll(() => seen, patience).toEqual(['before']);
    await queue.add({ id: 'later', data: 'later', priority: 5, delayMs: 1500 });
    // While a disk is slow, a server that was killed has not written all that it knew.
    await expect.poll(() => connection.info('persistence'), patience).toMatch(/^aof_buffer_length:0\r$/m);
    await server().kill();
    const adding = add(queue, 'meanwhile');
    const asking = queue.hasCapacity(100);
    await server().restart();
    await Promise.all([adding, asking]);
    await add(queue, 'after');
    await expect.poll(() => seen.toSorted(), patience).toEqual(['after', 'before', 'later', 'meanwhile']);
    await isEmpty(queue);
  });

  it('brings a job again whose end it did not hear of', async () => {
    const [one, two] = [replica(), replica()];
    const release = Promise.withResolvers<void>();
    const workers = work(one.queue, async (data) => {
      seen.push(data);
      await release.promise;
      return done;
    });
    await add(one.queue, 'a');
    await expect.poll(() => seen, patience).toEqual(['a']);
    await server().kill();
    const stopped = workers.stop();
    release.resolve();
    // Whoever is stopped does not wait for ever for a server that is away.
    await stopped;
    one.connection.disconnect();
    await server().restart();
    work(two.queue, note);
    await add(two.queue, 'a');
    await expect.poll(() => seen, patience).toEqual(['a', 'a']);
  });

  it('connects anew to a primary that became a replica, until it finds one that is none', async () => {
    const { queue, connection } = replica();
    await add(queue, 'a');
    const admin = connectRedis(server(), () => {});
    await admin.replicaof('127.0.0.1', '1');
    const again = once(connection, 'ready');
    await expect(add(queue, 'b')).rejects.toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('READONLY'),
    });
    await again;
    work(queue, note);
    await expect.poll(() => refusals.length, patience).toBeGreaterThan(0);
    await admin.replicaof('no', 'one');
    admin.disconnect();
    await expect.poll(() => seen, patience).toEqual(['a']);
    await isEmpty(queue);
  });

  it('says why it takes no job, asks seldom, and goes on when it has memory again', async () => {
    const { queue, connection } = replica();
    await add(queue, 'a');
    await connection.config('SET', 'maxmemory', '1');
    await expect(add(queue, 'b')).rejects.toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('OOM'),
    });
    work(queue, note, 3);
    await expect.poll(() => refusals.length, patience).toBeGreaterThan(4);
    expect(refusals.length).toBeLessThan(20);
    await connection.config('SET', 'maxmemory', '0');
    await expect.poll(() => seen, patience).toEqual(['a']);
    await isEmpty(queue);
  });
});
