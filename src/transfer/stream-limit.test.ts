import { describe, expect, it } from 'vitest';
import { MiB, second } from '../domain/units.ts';
import { createStreamLimit } from './stream-limit.ts';
import type { StreamLimitOptions } from './stream-limit.ts';

/** A way to a store: each file takes at least its latency, and all together no more bytes than the line carries. */
interface Line {
  readonly latencyMs: number;
  readonly bytesPerMs: number;
  /** Streams above which the store throttles. */
  readonly throttledAbove?: number;
}

const fileBytes = MiB / 4;

/**
 * Copies files over a line for some time, and tells how many were in flight at the most, at the end, and on average in
 * the second half.
 */
function copyOver(
  lineAt: (ms: number) => Line,
  { seconds, ...options }: Pick<StreamLimitOptions, 'first' | 'most'> & { readonly seconds: number },
): { readonly highest: number; readonly last: number; readonly usual: number; readonly throttled: number } {
  let now = 0;
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const limit = createStreamLimit({ ...options, now: () => now });
  const ends: number[] = [];
  let lineFreeAt = 0;
  let [highest, throttled] = [0, 0];
  const halves: number[] = [];
  while (now < seconds * second) {
    const line = lineAt(now);
    while (ends.length < limit.current()) {
      lineFreeAt = Math.max(now, lineFreeAt) + fileBytes / line.bytesPerMs;
      ends.push(Math.max(lineFreeAt, now + line.latencyMs * (0.8 + 0.4 * random())));
      ends.sort((a, b) => a - b);
    }
    highest = Math.max(highest, ends.length);
    const isThrottled = line.throttledAbove !== undefined && ends.length > line.throttledAbove;
    now = ends.shift() ?? now;
    if (isThrottled) throttled += 1;
    limit.ended({ bytes: isThrottled ? 0 : fileBytes, throttled: isThrottled, wasAwaited: true });
    if (now > (seconds * second) / 2) halves.push(limit.current());
  }
  const usual = halves.reduce((sum, each) => sum + each, 0) / halves.length;
  return { highest, last: limit.current(), usual, throttled };
}

describe('the number of files in flight', () => {
  it('grows with the distance within seconds', () => {
    const far = copyOver(() => ({ latencyMs: 350, bytesPerMs: 200_000 }), { first: 16, most: 256, seconds: 6 });
    expect(far.last).toBe(256);
  });

  it('stays small where more bring no more', () => {
    const near = copyOver(() => ({ latencyMs: 2, bytesPerMs: 200_000 }), { first: 16, most: 256, seconds: 120 });
    expect(near.highest).toBeLessThanOrEqual(48);
    expect(near.usual).toBeLessThanOrEqual(20);
  });

  it('comes near to what fills the line, and no further', () => {
    // 100 ms at 100 MB/s are filled by 38 files.
    const line = copyOver(() => ({ latencyMs: 100, bytesPerMs: 100_000 }), { first: 8, most: 256, seconds: 120 });
    expect(line.usual).toBeGreaterThan(30);
    expect(line.usual).toBeLessThan(80);
    expect(line.highest).toBeLessThanOrEqual(128);
  });

  it.each([
    ['halved where the first files are large', [...Array<number>(7).fill(1), 12 * MiB], 4],
    ['kept where they are not', Array<number>(8).fill(MiB), 8],
    ['kept where only later ones are', [...Array<number>(8).fill(1), ...Array<number>(8).fill(20 * MiB)], 8],
  ])('is %s', (_, sizes, left) => {
    const limit = createStreamLimit({ first: 8, most: 256, now: () => 0 });
    for (const bytes of sizes) limit.ended({ bytes, throttled: false, wasAwaited: true });
    expect(limit.current()).toBe(left);
  });

  it.each([1, 2, 3, 4, 5])('grows with the distance over an uneven line, as in case %i', (seed) => {
    // For a seventh of the time it is four times as slow.
    const uneven = (ms: number): Line =>
      (Math.floor(ms / 300) * 7919 + seed * 104_729) % 7 === 0
        ? { latencyMs: 1_050, bytesPerMs: 50_000 }
        : { latencyMs: 350, bytesPerMs: 200_000 };
    const far = copyOver(uneven, { first: 8, most: 256, seconds: 30 });
    expect(far.usual).toBeGreaterThan(100);
  });

  it('follows a line that changes', () => {
    const changing = copyOver((ms) => ({ latencyMs: ms < 60 * second ? 2 : 350, bytesPerMs: 200_000 }), {
      first: 16,
      most: 256,
      seconds: 400,
    });
    expect(changing.last).toBeGreaterThan(100);
  });

  it('is halved by throttles, and comes back slowly', () => {
    const line = { latencyMs: 350, bytesPerMs: 200_000, throttledAbove: 60 };
    const throttled = copyOver(() => line, { first: 16, most: 256, seconds: 120 });
    expect(throttled.highest).toBeLessThanOrEqual(128);
    expect(throttled.usual).toBeGreaterThan(20);
    expect(throttled.usual).toBeLessThan(70);
    // Of some 20,000 files.
    expect(throttled.throttled).toBeLessThan(2_000);
  });

  it('is never above the bound, nor below one', () => {
    const always = { latencyMs: 10, bytesPerMs: 200_000, throttledAbove: 0 };
    expect(copyOver(() => always, { first: 16, most: 5, seconds: 20 })).toMatchObject({ highest: 5, last: 1 });
  });

  it('is left alone while there is too little work to tell', () => {
    let now = 0;
    const limit = createStreamLimit({ first: 16, most: 256, now: () => now });
    for (let file = 0; file < 10_000; file += 1) {
      now += 1;
      limit.ended({ bytes: fileBytes, throttled: false, wasAwaited: false });
    }
    expect(limit.current()).toBe(16);
  });
});
