import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueues } from '../../src/app/cluster/queues.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import { patient } from '../e2e/stage.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 5, fileBytes: 1_000, seed: 'newer' };

/** A message as a later version might write it. */
interface NewerMessage {
  readonly format: number;
  readonly clip: string;
}

const newer: NewerMessage = { format: 2, clip: 'a new word' };

describe.skipIf(!hasRedis || !hasVersitygw)('messages of a newer version', patient, () => {
  let stage: ClusterStage;
  let connection: RedisClient;
  beforeEach(async () => {
    stage = await openClusterStage(library);
    connection = connectRedis(stage.redis, () => {});
  });
  afterEach(async () => {
    connection.disconnect();
    await stage.close();
  });

  const queue = (name: string): BullmqQueue<NewerMessage> => {
    const onTrouble = (error: Error): void => expect.unreachable(error.message);
    return new BullmqQueue({ connection, prefix: redisNames('flants').queues, name, onTrouble });
  };

  it('wait for a newer process, whoever looks at them, and hold up nothing', async () => {
    const names = ['crawls', 'batches', 'publications', 'conclusions'];
    for (const name of names) {
      for (const id of ['one', 'two']) await queue(name).add({ id: `newer-${id}`, data: newer, priority: 0 });
    }
    const up = stage.start('up', '--transfers', '1');
    await stage.until(({ totals: { videos } }) => videos.published === library.videos);
    for (const name of names) await up.says(`in the queue ${name} are left to newer processes`);
    up.kill('SIGTERM');
    const { code, stderr } = await up.ended;
    expect(code).toBe(0);
    expect(stderr.split('are left to newer processes')).toHaveLength(names.length + 1);

    for (const name of names) {
      const seen: NewerMessage[] = [];
      const workers = queue(name).work(
        async (data) => {
          // Beside one of its own that up may have left when it ended.
          if (data.format === newer.format) seen.push(data);
          return { result: 'done' };
        },
        { concurrency: 1, onError: () => {} },
      );
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual([newer, newer]);
      await workers.stop();
    }
    const queues = openQueues(connection, 'flants', () => {});
    expect(await queues.sizes()).toMatchObject(Object.fromEntries(names.map((name) => [name, 0])));
    await queues.close();
  });
});
