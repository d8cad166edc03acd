import { describe } from 'vitest';
import { createJobQueueBench } from './bench.ts';
import type { JobQueueUnderTest } from './bench.ts';
import { describeOrder } from './order.contract.ts';
import { describeWork } from './work.contract.ts';

/** What every queue promises; a driver test calls it with a factory. */
export function describeJobQueue(name: string, create: () => Promise<JobQueueUnderTest>): void {
  describe(`${name}: a job queue`, () => {
    const bench = createJobQueueBench(create);
    describeOrder(bench);
    describeWork(bench);
  });
}
