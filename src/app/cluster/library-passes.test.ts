import { afterEach, expect, it } from 'vitest';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { admitSoon } from './library-passes.ts';
import type { LibraryJob } from './queues.ts';

const admissions = new MemoryQueue<LibraryJob>();
afterEach(() => admissions.close());

it('admits what is submitted while a pass is under way by another pass', async () => {
  const [begun, mayEnd, ended] = [0, 0, 0].map(() => Promise.withResolvers<void>());
  let passes = 0;
  admissions.work(
    async () => {
      passes += 1;
      begun?.resolve();
      await mayEnd?.promise;
      if (passes === 2) ended?.resolve();
      return { result: 'done' };
    },
    { concurrency: 1, onError: (error) => ended?.reject(error) },
  );
  await admitSoon(admissions);
  await begun?.promise;
  for (let row = 0; row < 10; row++) await admitSoon(admissions);
  mayEnd?.resolve();
  await ended?.promise;
  expect(passes).toBe(2);
});
