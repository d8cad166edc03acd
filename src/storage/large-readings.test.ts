import { beforeEach, describe, expect, it } from 'vitest';
import { openMemorySource } from './memory-source.ts';
import type { Source } from './source.ts';
import { LargeReadings, largeBytes } from './large-readings.ts';

const large = 'https://cdn.example/large.m3u8';
const small = 'https://cdn.example/small.m3u8';
const source = openMemorySource({
  [large]: { bytes: Buffer.alloc(largeBytes + 1) },
  [small]: { bytes: 'x' },
});
const { signal } = new AbortController();

async function readAll(reading: Source, url: string, options: { signal?: AbortSignal; kind?: 'text' | 'media' } = {}) {
  const answer = await reading.fetch(url, { kind: 'text', signal, ...options });
  if (answer.result !== 'fetched') throw new Error('nothing was fetched');
  let sizeBytes = 0;
  for await (const piece of answer.body) sizeBytes += piece.byteLength;
  return sizeBytes;
}

describe('readings of presentations', () => {
  let readings: LargeReadings;
  /** What has been read, in order. */
  let told: string[];
  let end: PromiseWithResolvers<void>;

  beforeEach(() => {
    readings = new LargeReadings();
    told = [];
    end = Promise.withResolvers();
  });

  /** Reads something, tells it, and plans until `end`. */
  const read = (name: string, url: string, options?: Parameters<typeof readAll>[2]): Promise<void> =>
    readings.run(source, async (reading) => {
      await readAll(reading, url, options);
      told.push(name);
      await end.promise;
    });
  const settle = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

  it('that are large go one after the other, small ones beside them', async () => {
    const all = [read('1', large), read('2', large), read('3', small), read('4', small)];
    await settle();
    expect(told.toSorted()).toEqual(['1', '3', '4']);
    end.resolve();
    await Promise.all(all);
    expect(told.at(-1)).toBe('2');
  });

  it('count all their texts together, and nothing but texts', async () => {
    const first = read('1', large);
    const media = read('media', large, { kind: 'media' });
    const many = readings.run(source, async (reading) => {
      for (let at = 0; at < 3; at++) await readAll(reading, small);
      told.push('small');
      await Promise.all([readAll(reading, large), readAll(reading, large)]);
      told.push('2');
    });
    await settle();
    expect(told.toSorted()).toEqual(['1', 'media', 'small']);
    end.resolve();
    await Promise.all([first, media, many]);
    expect(told).toContain('2');
  });

  it('make room when they fail, and leave the line when they are aborted', async () => {
    const first = read('1', large);
    await settle();
    const abort = new AbortController();
    const waiting = read('2', large, { signal: abort.signal });
    const third = read('3', large);
    await settle();
    abort.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    end.reject(new Error('no plan'));
    await expect(first).rejects.toThrow('no plan');
    await expect(third).rejects.toThrow('no plan');
    expect(told).toEqual(['1', '3']);
    end = Promise.withResolvers();
    end.resolve();
    await read('4', large);
    expect(told.at(-1)).toBe('4');
  });
});
