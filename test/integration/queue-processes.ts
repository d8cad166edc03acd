import { afterEach, beforeEach, expect } from 'vitest';
import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import type { JobEnd, JobHandler, QueueWorkers } from '../../src/queue/job-queue.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

export const done: JobEnd = { result: 'done' };
export const prefix = '{flants}:queue';
export const stallTimes = { lockDurationMs: 400, stalledIntervalMs: 200 };
export const patience = { timeout: 20_000, interval: 10 };

/** What one process has: a connection, and a queue over it. */
export interface Replica {
  readonly queue: BullmqQueue<string>;
  readonly connection: RedisClient;
}

/** Processes that share a queue, on a server of their own for each test. */
export interface QueueProcesses {
  readonly server: () => RedisServer;
  /** Whatever the workers of this test refused or met. */
  readonly refusals: readonly Error[];
  /** Data of jobs, by those who note them. */
  readonly seen: string[];
  readonly replica: (name?: string) => Replica;
  readonly add: (queue: BullmqQueue<string>, id: string) => Promise<void>;
  readonly work: (queue: BullmqQueue<string>, handler: JobHandler<string>, concurrency?: number) => QueueWorkers;
  /** Takes a job, and notes it. */
  readonly note: JobHandler<string>;
  /** Waits until a queue has no job. */
  readonly isEmpty: (queue: BullmqQueue<string>) => Promise<void>;
}

/** Starts a server before each test of a suite, and stops it afterwards with all that uses it. */
export function queueProcesses(): QueueProcesses {
  let server: RedisServer;
  const replicas: Replica[] = [];
  const refusals: Error[] = [];
  const seen: string[] = [];

  beforeEach(async () => {
    server = await startRedis({ appendonly: true });
    for (const list of [replicas, refusals, seen]) list.length = 0;
  });
  afterEach(async () => {
    for (const { queue, connection } of replicas) {
      await queue.close();
      connection.disconnect();
    }
    await server.stop();
  });

  return {
    server: () => server,
    refusals,
    seen,
    replica: (name = 'jobs') => {
      const connection = connectRedis(server, () => {});
      const queue = new BullmqQueue<string>({
        connection,
        prefix,
        name,
        onTrouble: (error) => void refusals.push(error),
        errorDelays: { baseDelayMs: 20, maxDelayMs: 50 },
        stallTimes,
      });
      const joined = { queue, connection };
      replicas.push(joined);
      return joined;
    },
    add: (queue, id) => queue.add({ id, data: id, priority: 5 }),
    work: (queue, handler, concurrency = 1) =>
      queue.work(handler, { concurrency, onError: (error) => void refusals.push(error as Error) }),
    note: async (data) => {
      seen.push(data);
      return done;
    },
    isEmpty: async (queue) => {
      await expect.poll(() => queue.size(), patience).toBe(0);
    },
  };
}
