import { expect, test } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const firstLetter = (item: string): string => item.charAt(0);

test('calls for one key run one after the other, those for another beside them', async () => {
  const running = new Map<string, number>();
  let most = 0;
  let sideBySide = false;
  const run = oneAtATime(firstLetter, async (item) => {
    const key = firstLetter(item);
    running.set(key, (running.get(key) ?? 0) + 1);
    most = Math.max(most, running.get(key) ?? 0);
    sideBySide ||= [...running.values()].filter((count) => count > 0).length > 1;
    await new Promise(setImmediate);
    running.set(key, (running.get(key) ?? 0) - 1);
  });
  await Promise.all([run('a1'), run('a2'), run('b'), run('a3')]);
  expect(most).toBe(1);
  expect(sideBySide).toBe(true);
});

test('one that fails does not hold up the next', async () => {
  let calls = 0;
  const run = oneAtATime(firstLetter, async () => {
    calls += 1;
    if (calls === 1) throw new Error('first');
    return calls;
  });
  const [first, second] = await Promise.allSettled([run('a'), run('a')]);
  expect(first.status).toBe('rejected');
  expect(second).toEqual({ status: 'fulfilled', value: 2 });
});
