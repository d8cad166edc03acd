import { describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { minute, second } from '../domain/units.ts';
import { openMemorySource } from './memory-source.ts';
import { paceOrigins } from './paced-source.ts';

const busy = 'https://busy/a';
const other = 'https://other/a';
const { signal } = new AbortController();
const answerMs = 2;

/** An origin that serves by a rule, asked by one client, in a time of its own. */
function open(serves: (now: number) => boolean, details: { status?: number; retryAfterMs?: number } = {}) {
  let now = 0;
  const told = { served: 0, refused: 0 };
  const memory = openMemorySource({
    [busy]: () => {
      now += answerMs;
      if (serves(now)) {
        told.served += 1;
        return { bytes: 'x' };
      }
      told.refused += 1;
      throw new FlantsError('source.throttled', 'slower', { status: 429, ...details });
    },
    [other]: { bytes: 'x' },
  });
  const sleep = async (ms: number, { aborted }: AbortSignal): Promise<void> => {
    if (aborted) throw new Error('aborted');
    now += ms;
  };
  const source = paceOrigins(memory, { now: () => now, sleep, random: () => 0.999 });
  const ask = (url = busy, stop = signal, kind: 'media' | 'text' = 'media'): Promise<string> =>
    source.fetch(url, { kind, signal: stop }).then(
      () => 'served',
      (error: unknown) => (error instanceof FlantsError ? error.code : 'another error'),
    );
  return { told, ask, now: () => now, wait: (ms: number) => void (now += ms) };
}

/** Serves so many requests in each second, evenly, as a leaky bucket. */
function limitOf(perSecond: number): (now: number) => boolean {
  let freeAt = -Infinity;
  return (now) => {
    if (now < freeAt) return false;
    freeAt = now + second / perSecond;
    return true;
  };
}

describe('an origin that limits the rate of requests', () => {
  it.each([1, 5, 60])('of %i a second is asked for nearly as many, and for few more', async (perSecond) => {
    const { told, ask, now } = open(limitOf(perSecond));
    // Its rate is measured first.
    while (now() < second) await ask();
    Object.assign(told, { served: 0, refused: 0 });
    while (now() < 31 * second) await ask();
    expect(told.served / 30).toBeGreaterThan(0.6 * perSecond);
    expect(told.refused).toBeLessThan(told.served);
  });

  it('is left alone as long as it asks to be, but not for minutes', async () => {
    for (const [askedMs, restMs] of [
      [second, second],
      [minute, 5 * second],
    ] as const) {
      const { ask, now } = open((at) => at < second / 2, { retryAfterMs: askedMs });
      while ((await ask()) === 'served');
      const refusedAt = now();
      await ask();
      expect(now() - refusedAt - answerMs).toBe(restMs);
    }
  });

  it('is asked as before once it has refused nothing for a minute', async () => {
    let isLimited = true;
    const limit = limitOf(10);
    const { ask, now, wait } = open((at) => !isLimited || limit(at));
    while (now() < 10 * second) await ask();
    isLimited = false;
    wait(minute);
    await ask();
    const from = now();
    for (let at = 0; at < 100; at++) await ask();
    expect(now() - from).toBe(100 * answerMs);
  });

  it('holds up no other origin, and nobody who stops', async () => {
    const { ask, now } = open(limitOf(10));
    while (now() < 10 * second) await ask();
    const from = now();
    for (let at = 0; at < 100; at++) expect(await ask(other)).toBe('served');
    expect(now()).toBe(from);
    await ask();
    const stopped = new AbortController();
    stopped.abort(new FlantsError('aborted', 'stop'));
    expect(await ask(busy, stopped.signal)).toBe('aborted');
  });
});

it('an origin that refuses everything is asked as it comes, after some seconds', async () => {
  const { ask, now } = open(() => false, { status: 503 });
  while (now() < 10 * second) await ask();
  const from = now();
  for (let at = 0; at < 100; at++) await ask();
  expect(now() - from).toBe(100 * answerMs);
});

it('a playlist is asked for again some times, so that all others need not be', async () => {
  for (const [refusals, result] of [
    [4, 'served'],
    [5, 'source.throttled'],
  ] as const) {
    let left = 0;
    const { ask, now } = open(() => left-- <= 0);
    expect(await ask()).toBe('served');
    left = refusals;
    expect(await ask(busy, signal, 'text')).toBe(result);
    expect(now()).toBeLessThan(2 * second);
  }
});

it('an origin that answers otherwise is not slowed down', async () => {
  const { source, now } = (() => {
    let at = 0;
    const memory = openMemorySource({});
    return {
      source: paceOrigins(memory, { now: () => at, sleep: async (ms) => void (at += ms), random: () => 0 }),
      now: () => at,
    };
  })();
  for (let count = 0; count < 10; count++) {
    await expect(source.fetch(busy, { kind: 'media', signal })).rejects.toMatchObject({ code: 'source.not-found' });
  }
  expect(now()).toBe(0);
});
