import { afterAll, beforeAll, describe } from 'vitest';
import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { describeJobQueue } from '../contract/job-queue/job-queue.contract.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

describeJobQueue('memory', async () => {
  const queue = new MemoryQueue<string>({ baseDelayMs: 5, maxDelayMs: 20 });
  return { queue, close: () => queue.close() };
});

describe.skipIf(!hasRedis)('with redis-server installed', () => {
  let server: RedisServer;
  let queues = 0;

  beforeAll(async () => {
    server = await startRedis();
  });

  afterAll(() => server.stop());

  const unexpected = (error: Error): void => {
    throw error;
  };

  describeJobQueue('bullmq', async () => {
    const connection = connectRedis(server, unexpected);
    const queue = new BullmqQueue<string>({
      connection,
      prefix: `{flants-${queues++}}:queue`,
      name: 'jobs',
      onTrouble: unexpected,
      errorDelays: { baseDelayMs: 20, maxDelayMs: 50 },
    });
    return {
      queue,
      close: async () => {
        await queue.close();
        connection.disconnect();
      },
    };
  });
});
