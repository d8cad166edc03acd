import { expect, test } from 'vitest';
import { forEachConcurrently } from './for-each-concurrently.ts';

async function* items(count: number): AsyncGenerator<number> {
  for (let item = 0; item < count; item += 1) yield item;
}

test('so many are worked at a time, and no more', async () => {
  let [running, most, done] = [0, 0, 0];
  await forEachConcurrently(items(20), { concurrency: 3 }, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    done += 1;
  });
  expect([most, done]).toEqual([3, 20]);
});

test('those of one key go one after the other, in their order', async () => {
  const begun: number[] = [];
  let runningOfOdd = 0;
  await forEachConcurrently(
    items(10),
    { concurrency: 8, keyOf: (item) => (item % 2 ? 'odd' : undefined) },
    async (item) => {
      begun.push(item);
      if (item % 2) expect((runningOfOdd += 1)).toBe(1);
      await new Promise(setImmediate);
      if (item % 2) runningOfOdd -= 1;
    },
  );
  expect(begun.filter((item) => item % 2)).toEqual([1, 3, 5, 7, 9]);
});

test('an error ends it once all that was begun is over', async () => {
  const ended: number[] = [];
  const working = forEachConcurrently(items(10), { concurrency: 2 }, async (item) => {
    if (item === 1) throw new Error('the second');
    await new Promise(setImmediate);
    ended.push(item);
  });
  await expect(working).rejects.toThrow('the second');
  expect(ended).toContain(0);
  expect(ended.length).toBeLessThan(4);
});
