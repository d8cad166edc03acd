import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createHeldBytes } from './held-bytes.ts';
import type { ByteLine } from './held-bytes.ts';

const never = new AbortController().signal;

test('what is taken can be given back, once', async () => {
  const held = createHeldBytes(2).line();
  const release = await held.take(2, { signal: never });
  release();
  release();
  await held.take(2, { signal: never });
  let third = false;
  void held.take(1, { signal: never }).then(() => (third = true));
  await Promise.resolve();
  expect(third).toBe(false);
});

test('those who wait are served in their order, a large one before the small ones behind it', async () => {
  const held = createHeldBytes(10).line();
  const release = await held.take(8, { signal: never });
  const served: string[] = [];
  const large = held.take(9, { signal: never }).then((free) => (served.push('large'), free()));
  const small = held.take(1, { signal: never }).then((free) => (served.push('small'), free()));
  release();
  await Promise.all([large, small]);
  expect(served).toEqual(['large', 'small']);
});

test('more than the whole takes the whole', async () => {
  const held = createHeldBytes(4).line();
  const release = await held.take(1000, { signal: never });
  release();
  await expect(held.take(4, { signal: never })).resolves.toBeTypeOf('function');
});

test('one that is aborted while it waits leaves the others their place', async () => {
  const held = createHeldBytes(1).line();
  const release = await held.take(1, { signal: never });
  const leaving = new AbortController();
  const left = held.take(1, { signal: leaving.signal });
  const stayed = held.take(1, { signal: never });
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  release();
  await expect(stayed).resolves.toBeTypeOf('function');
});

test('one that comes aborted gets nothing', async () => {
  await expect(
    createHeldBytes(1)
      .line()
      .take(1, { signal: AbortSignal.abort(new Error('no')) }),
  ).rejects.toThrow('no');
});

test('one that leaves lets those behind it in, who want less', async () => {
  const held = createHeldBytes(10).line();
  await held.take(8, { signal: never });
  const leaving = new AbortController();
  const large = held.take(9, { signal: leaving.signal });
  const small = held.take(1, { signal: never });
  leaving.abort(new Error('left'));
  await expect(large).rejects.toThrow('left');
  await expect(small).resolves.toBeTypeOf('function');
});

test('a batch that holds nothing gets its next beside those that hold everything for long', async () => {
  const held = createHeldBytes(100, { stuckMs: 50 });
  const seen: string[] = [];
  const take = async (name: string, line: ByteLine, sizeBytes: number): Promise<() => void> => {
    const release = await line.take(sizeBytes, { signal: never });
    seen.push(name);
    return release;
  };
  const slow = held.line();
  const releaseSlow = await take('slow', slow, 90);
  const slowMore = take('slow, more', slow, 20);
  const fast = held.line();
  const beganAt = performance.now();
  const releaseFirst = await take('fast 1', fast, 20);
  expect(performance.now() - beganAt).toBeGreaterThan(40);
  // One of each batch, and of all together no more than a quarter of the whole.
  const second = take('fast 2', fast, 20);
  const other = take('other', held.line(), 6);
  await sleep(100);
  expect(seen).toEqual(['slow', 'fast 1']);
  releaseFirst();
  const releaseSecond = await second;
  releaseSecond();
  const releaseOther = await other;
  releaseOther();
  // One that is larger goes alone.
  const releaseLarge = await take('large', held.line(), 50);
  // What is released by the slow ones is for those who wait longest.
  releaseSlow();
  await slowMore;
  releaseLarge();
  expect(seen).toEqual(['slow', 'fast 1', 'fast 2', 'other', 'large', 'slow, more']);
});
