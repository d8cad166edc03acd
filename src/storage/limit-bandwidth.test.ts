import { expect, it } from 'vitest';
import { limitBandwidth } from './limit-bandwidth.ts';
import type { Clock } from './limit-bandwidth.ts';
import { openMemorySource } from './memory-source.ts';
import type { Source } from './source.ts';

/** A clock that only sleep moves. */
function standingClock(): Clock & { ms: number } {
  const clock = {
    ms: 1000,
    nowMs: () => clock.ms,
    sleep: async (durationMs: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      clock.ms += durationMs;
    },
  };
  return clock;
}

async function read(source: Source, url: string, signal = new AbortController().signal): Promise<number> {
  const answer = await source.fetch(url, { kind: 'media', signal });
  if (answer.result !== 'fetched') return 0;
  let sizeBytes = 0;
  for await (const chunk of answer.body) sizeBytes += chunk.byteLength;
  return sizeBytes;
}

const memory = (): Source => openMemorySource({ a: { bytes: new Uint8Array(10_000) } });

it('lets bodies come as fast as the limit, and no faster', async () => {
  const clock = standingClock();
  const source = limitBandwidth(memory(), { bytesPerSecond: 1000, burstBytes: 0 }, clock);
  expect(await read(source, 'a')).toBe(10_000);
  expect(clock.ms - 1000).toBe(10_000);
});

it('counts all bodies together', async () => {
  const clock = standingClock();
  const source = limitBandwidth(memory(), { bytesPerSecond: 1000, burstBytes: 0 }, clock);
  await read(source, 'a');
  await read(source, 'a');
  expect(clock.ms - 1000).toBe(20_000);
});

it('lets no more than the burst through at once after a rest', async () => {
  const clock = standingClock();
  const source = limitBandwidth(memory(), { bytesPerSecond: 1000, burstBytes: 4000 }, clock);
  clock.ms += 1_000_000;
  const from = clock.ms;
  await read(source, 'a');
  expect(clock.ms - from).toBe(6000);
});

it('does not wait within the limit', async () => {
  const clock = standingClock();
  await read(limitBandwidth(memory(), { bytesPerSecond: 100_000 }, clock), 'a');
  expect(clock.ms).toBe(1000);
});

it('stops waiting when it is told to', async () => {
  const stop = new AbortController();
  const source = limitBandwidth(memory(), { bytesPerSecond: 1 });
  const reading = read(source, 'a', stop.signal);
  stop.abort();
  await expect(reading).rejects.toMatchObject({ code: 'aborted' });
});

it.each([0, -1, Number.NaN])('refuses %d bytes per second', (bytesPerSecond) => {
  expect(() => limitBandwidth(memory(), { bytesPerSecond })).toThrow(expect.objectContaining({ code: 'usage' }));
});
