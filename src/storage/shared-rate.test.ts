import { describe, expect, it } from 'vitest';
import { limitSource } from './limit-source.ts';
import { limitStore } from './limit-store.ts';
import { openMemorySource } from './memory-source.ts';
import { openMemoryStore } from './memory-store.ts';
import { createSharedRate, setSharedRate, sharedRateUse, takeFrom } from './shared-rate.ts';
import type { RateClock, SharedRate } from './shared-rate.ts';
import type { Source } from './source.ts';

/** A clock that moves to the next sleeper's end when nobody else has anything to do. */
function virtualClock(): RateClock & { ms: number } {
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const clock = {
    ms: 1_000_000,
    nowMs: () => clock.ms,
    sleep: (durationMs: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      return new Promise<void>((wake) => {
        sleepers.push({ at: clock.ms + durationMs, wake });
        setImmediate(advance);
      });
    },
  };
  const advance = (): void => {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (!next) return;
    clock.ms = Math.max(clock.ms, next.at);
    next.wake();
  };
  return clock;
}

const never = new AbortController().signal;

async function read(source: Pick<Source, 'fetch'>, url: string, signal = never): Promise<number> {
  const answer = await source.fetch(url, { kind: 'media', signal });
  if (answer.result !== 'fetched') return 0;
  let sizeBytes = 0;
  for await (const chunk of answer.body) sizeBytes += chunk.byteLength;
  return sizeBytes;
}

/** Units per second that workers get who take one thing after another. */
async function measured(rate: SharedRate, clock: RateClock & { ms: number }, sizes: readonly number[][]) {
  const from = clock.ms;
  await Promise.all(
    sizes.map(async (each) => {
      for (const size of each) await takeFrom(rate, size, never, clock);
    }),
  );
  return (sizes.flat().reduce((sum, size) => sum + size, 0) / (clock.ms - from)) * 1000;
}

describe('A rate that threads share', () => {
  it.each([
    ['small files, many at a time', Array.from({ length: 64 }, () => Array.from({ length: 600 }, () => 1024))],
    ['one that has all the work', [Array.from({ length: 40_000 }, () => 1024), [1024]]],
    ['large chunks', Array.from({ length: 4 }, () => Array.from({ length: 200 }, () => 65_536))],
    ['large and small ones', [Array.from({ length: 300 }, () => 65_536), Array.from({ length: 300 }, () => 100)]],
  ])('is reached within 5 per cent, and not exceeded by more: %s', async (_, sizes) => {
    const perSecond = 1500 * 1024;
    const got = await measured(createSharedRate(perSecond), virtualClock(), sizes);
    expect(got / perSecond).toBeGreaterThan(0.95);
    expect(got / perSecond).toBeLessThan(1.05);
  });

  it('lets no more than the burst through at once after a rest', async () => {
    const clock = virtualClock();
    const rate = createSharedRate(1000);
    await takeFrom(rate, 1, never, clock);
    clock.ms += 1_000_000;
    const from = clock.ms;
    await takeFrom(rate, 250, never, clock);
    expect(clock.ms).toBe(from);
    await takeFrom(rate, 1000, never, clock);
    expect(clock.ms - from).toBeCloseTo(1000, 0);
  });

  it('is no limit where there is none, and one from the moment that it is set', async () => {
    const clock = virtualClock();
    const rate = createSharedRate();
    await takeFrom(rate, 1e9, never, clock);
    expect(clock.ms).toBe(1_000_000);
    setSharedRate(rate, 1000, clock);
    await takeFrom(rate, 10_000, never, clock);
    expect(clock.ms - 1_000_000).toBeGreaterThan(9000);
    expect(sharedRateUse(rate)).toEqual({ taken: 1e9 + 10_000, waits: 1 });
  });

  it('lets go of who waits when it is raised or taken away', async () => {
    const clock = virtualClock();
    const rate = createSharedRate(10);
    const waiting = takeFrom(rate, 10_000, never, clock);
    setSharedRate(rate, undefined, clock);
    await waiting;
    expect(clock.ms - 1_000_000).toBeLessThanOrEqual(500);
    await takeFrom(rate, 10_000, never, clock);
    setSharedRate(rate, 10, clock);
    const slow = takeFrom(rate, 10_000, never, clock);
    const from = clock.ms;
    setSharedRate(rate, 100_000, clock);
    await slow;
    expect(clock.ms - from).toBeLessThan(1000);
  });

  it('ends waiting when it is told to', async () => {
    const stop = new AbortController();
    const waiting = takeFrom(createSharedRate(0.001), 1, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('A limited source', () => {
  const memory = (): Source => openMemorySource({ a: { bytes: new Uint8Array(10_000) } });

  it('sends bodies as fast as the limit, all together', async () => {
    const clock = virtualClock();
    const source = limitSource(memory(), { bytes: createSharedRate(1000) }, clock);
    expect(await Promise.all([read(source, 'a'), read(source, 'a')])).toEqual([10_000, 10_000]);
    expect(clock.ms - 1_000_000).toBeGreaterThan(19_500);
    expect(clock.ms - 1_000_000).toBeLessThan(20_500);
  });

  it('is asked as often as the limit allows, also in sessions', async () => {
    const clock = virtualClock();
    const inner = memory();
    const withSessions: Source = {
      ...inner,
      openSession: () => ({ fetch: (...asked) => inner.fetch(...asked), cookieFor: () => 'c=1' }),
    };
    const source = limitSource(withSessions, { requests: createSharedRate(10) }, clock);
    const session = source.openSession?.();
    for (let count = 0; count < 20; count++) await read(count % 2 === 0 ? source : (session ?? source), 'a');
    expect(clock.ms - 1_000_000).toBeGreaterThan(1700);
    expect(session?.cookieFor('a')).toBe('c=1');
  });
});

it('A limited store counts each request', async () => {
  const requests = createSharedRate(1e6);
  const store = limitStore(openMemoryStore(), requests);
  const options = { contentType: 'text/plain', cacheControl: 'no-store', signal: never };
  await store.put('a', Buffer.from('x'), '8cdc1683', options);
  await store.head('a', { signal: never });
  await store.get('a', { signal: never });
  for await (const { key } of store.list('', { signal: never })) expect(key).toBe('a');
  await store.delete('a', { signal: never });
  expect(sharedRateUse(requests).taken).toBe(5);
});
