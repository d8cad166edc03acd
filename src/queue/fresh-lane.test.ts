import { expect, test } from 'vitest';
import { freshPlaces, withFreshLane } from './fresh-lane.ts';
import { MemoryQueue } from './memory-queue.ts';

interface Job {
  readonly fresh: boolean;
  readonly name: string;
}

const job = (name: string, fresh: boolean) => ({ id: name, data: { fresh, name }, priority: 1 });

test('fresh work is done while the backlog fills every place', async () => {
  const queue = withFreshLane(new MemoryQueue<Job>(), new MemoryQueue<Job>());
  const seen: string[] = [];
  const release = Promise.withResolvers<void>();
  const freshIsDone = Promise.withResolvers<void>();
  const workers = queue.work(
    async ({ fresh, name }) => {
      if (!fresh) await release.promise;
      seen.push(name);
      if (fresh) freshIsDone.resolve();
      return { result: 'done' };
    },
    { concurrency: 2, onError: (error) => freshIsDone.reject(error) },
  );
  for (const name of ['a', 'b', 'c']) await queue.add(job(name, false));
  await queue.add(job('news', true));
  await freshIsDone.promise;
  expect(seen).toEqual(['news']);
  expect(await queue.has('a')).toBe(true);
  expect(await queue.has('nobody')).toBe(false);
  expect(await queue.size()).toBeGreaterThanOrEqual(3);
  release.resolve();
  await workers.stop();
  await queue.close();
});

test('a quarter of the places is for fresh work, one at least', () => {
  expect([1, 2, 4, 7, 8, 100].map(freshPlaces)).toEqual([1, 1, 1, 1, 2, 25]);
});
