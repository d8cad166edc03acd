import { expect, test } from 'vitest';
import { createHeldBytes } from './held-bytes.ts';

const never = new AbortController().signal;

test('what is taken can be given back, once', async () => {
  const held = createHeldBytes(2);
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
  const held = createHeldBytes(10);
  const release = await held.take(8, { signal: never });
  const served: string[] = [];
  const large = held.take(9, { signal: never }).then((free) => (served.push('large'), free()));
  const small = held.take(1, { signal: never }).then((free) => (served.push('small'), free()));
  release();
  await Promise.all([large, small]);
  expect(served).toEqual(['large', 'small']);
});

test('more than the whole takes the whole', async () => {
  const held = createHeldBytes(4);
  const release = await held.take(1000, { signal: never });
  release();
  await expect(held.take(4, { signal: never })).resolves.toBeTypeOf('function');
});

test('one that is aborted while it waits leaves the others their place', async () => {
  const held = createHeldBytes(1);
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
  await expect(createHeldBytes(1).take(1, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
});
