import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { describeJobQueue } from '../contract/job-queue.contract.ts';

describeJobQueue('memory', async () => {
  const queue = new MemoryQueue<string>({ baseDelayMs: 5, maxDelayMs: 20 });
  return { queue, close: () => queue.close() };
});
