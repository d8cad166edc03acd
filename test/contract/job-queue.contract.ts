import { describe } from 'vitest';
import { createJobQueueBench } from './job-queue-bench.ts';
import type { JobQueueUnderTest } from './job-queue-bench.ts';
import { describeOrder } from './job-queue-order.contract.ts';
import { describeWork } from './job-queue-work.contract.ts';

/** What every queue promises; a driver test calls it with a factory. */
export function describeJobQueue(name: string, create: () => Promise<JobQueueUnderTest>): void {
  describe(`${name}: a job queue`, () => {
    const bench = createJobQueueBench(create);
    describeOrder(bench);
    describeWork(bench);
  });
}
