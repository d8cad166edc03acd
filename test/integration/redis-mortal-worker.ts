import { BullmqQueue } from '../../src/queue/bullmq-queue.ts';
import { connectRedis } from '../../src/redis/connect.ts';

// A process that takes the jobs of a queue, says so on standard output, and never ends one.
const [url = '', prefix = '', lockDurationMs, stalledIntervalMs] = process.argv.slice(2);
const connection = connectRedis({ url }, (error) => console.error(error));
const queue = new BullmqQueue<string>({
  connection,
  prefix,
  name: 'jobs',
  onTrouble: (error) => console.error(error),
  stallTimes: { lockDurationMs: Number(lockDurationMs), stalledIntervalMs: Number(stalledIntervalMs) },
});
queue.work(
  (data) => {
    process.stdout.write(`${data}\n`);
    return new Promise(() => {});
  },
  { concurrency: 2, onError: (error) => console.error(error) },
);
