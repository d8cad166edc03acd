import { expect, test } from 'vitest';
import { createReturnWatch } from './return-watch.ts';

/** Asks about places pass after pass. */
function stage(...up: readonly string[]) {
  const answering = new Set(up);
  const watch = createReturnWatch(async (place) => answering.has(place));
  const pass = async (...places: readonly string[]): Promise<readonly boolean[]> => {
    const told = places.map((place) => watch.hasReturned(place));
    await watch.ask();
    return told;
  };
  return { answering, pass };
}

test('a place that somebody waits for has returned once it answers', async () => {
  const { answering, pass } = stage();
  expect(await pass('https://a')).toEqual([false]);
  answering.add('https://a');
  expect(await pass('https://a')).toEqual([false]);
  expect(await pass('https://a', 'https://b')).toEqual([true, false]);
});

test('one that answers while its files fail returns once only, until it is found silent', async () => {
  const { answering, pass } = stage('https://a');
  await pass('https://a');
  expect(await pass('https://a')).toEqual([true]);
  expect(await pass('https://a')).toEqual([false]);
  await pass();
  expect([await pass('https://a'), await pass('https://a')]).toEqual([[false], [false]]);
  answering.clear();
  await pass('https://a');
  answering.add('https://a');
  await pass('https://a');
  expect(await pass('https://a')).toEqual([true]);
});

test('of very many places some are asked', async () => {
  const asked: string[] = [];
  const watch = createReturnWatch(async (place) => asked.push(place) > 0);
  for (let host = 0; host < 1_000; host++) watch.hasReturned(`https://host${host}`);
  await watch.ask();
  await watch.ask();
  expect(asked.length).toBe(20);
});
