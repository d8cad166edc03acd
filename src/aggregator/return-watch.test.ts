import { expect, test } from 'vitest';
import { createReturnWatch } from './return-watch.ts';

/** Asks about places pass after pass. */
function stage(...up: readonly string[]) {
  const answering = new Set(up);
  const asked: string[] = [];
  const watch = createReturnWatch(async (place) => {
    asked.push(place);
    return answering.has(place);
  });
  const pass = async (...places: readonly string[]): Promise<readonly boolean[]> => {
    const told = places.map((place) => watch.hasReturned(place));
    await watch.ask();
    return told;
  };
  return { answering, asked, pass };
}

test('a place that somebody waits for has returned once it answers', async () => {
  const { answering, pass } = stage();
  expect(await pass('https://a')).toEqual([false]);
  answering.add('https://a');
  expect(await pass('https://a')).toEqual([false]);
  expect(await pass('https://a', 'https://b')).toEqual([true, false]);
});

test('one that answers while its files fail is seldom asked, and returns once only until it is found silent', async () => {
  const { answering, asked, pass } = stage('https://a');
  const passes = async (count: number): Promise<number> => {
    let returns = 0;
    for (let at = 0; at < count; at++) if ((await pass('https://a')).includes(true)) returns += 1;
    return returns;
  };
  expect(await passes(200)).toBe(1);
  expect(asked.length).toBeLessThan(12);
  answering.clear();
  expect(await passes(21)).toBe(0);
  answering.add('https://a');
  expect(await passes(3)).toBe(1);
});

test('of very many places some are asked', async () => {
  const asked: string[] = [];
  const watch = createReturnWatch(async (place) => asked.push(place) > 0);
  for (let host = 0; host < 1_000; host++) watch.hasReturned(`https://host${host}`);
  await watch.ask();
  await watch.ask();
  expect(asked.length).toBe(20);
});
