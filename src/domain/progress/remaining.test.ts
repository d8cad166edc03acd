import { describe, expect, it, test } from 'vitest';
import { noVideos } from '../../../test/cli/no-videos.ts';
import { createPaceMeter } from './pace.ts';
import { estimateRemaining } from './remaining.ts';
import type { Totals } from '../report/copy.ts';
import { second } from '../units.ts';

const pace = { filesPerSecond: 10, bytesPerSecond: 0 };

function totals(videos: Partial<Totals['videos']>, total: number, done: number, failed = 0): Totals {
  return { videos: { ...noVideos, ...videos }, files: { total, done, failed, accepted: 0 } };
}

/** The estimate where all files that are neither done nor failed will be copied. */
function estimateAll(all: Totals, uncrawled: number, at: Parameters<typeof estimateRemaining>[2]) {
  return estimateRemaining(all, uncrawled, at, all.files.total - all.files.done - all.files.failed);
}

describe('what remains', () => {
  it('is exact where every video is planned', () => {
    expect(estimateAll(totals({ copying: 2 }, 100, 40, 10), 0, pace)).toEqual({ remainingMs: 5 * second });
  });

  it('counts videos without a plan as the others are on average, and says that it is a guess', () => {
    // 24 planned videos of 50 files each, of which 25 files are open; 36 more.
    expect(estimateAll(totals({ published: 20, copying: 4, waiting: 36 }, 1200, 1175), 36, pace)).toEqual({
      remainingMs: (25 + 36 * 50) * 100,
      remainingIsGuess: true,
      expectedFiles: 1200 + 36 * 50,
    });
  });

  it.each<[string, Totals, number, number]>([
    ['before the first plan', totals({ waiting: 60 }, 0, 0), 60, 10],
    ['before the first file', totals({ copying: 1 }, 10, 0), 0, 0],
    ['in an empty library', totals({}, 0, 0), 0, 0],
    ['when nothing is left', totals({ published: 3 }, 30, 30), 0, 10],
    ['where videos that are planned have no files', totals({ published: 3, waiting: 1 }, 0, 0), 1, 10],
  ])('is not told %s', (_, all, uncrawled, filesPerSecond) => {
    expect(estimateAll(all, uncrawled, { ...pace, filesPerSecond })).toEqual({});
  });

  it('looks half at files and half at bytes', () => {
    const all = totals({ copying: 1 }, 400, 0);
    // Files of four times the usual size are under way: by files 40 s, by bytes 10 s.
    const large = { filesPerSecond: 10, bytesPerSecond: 4000, bytesPerFile: 100 };
    expect(estimateAll(all, 0, large)).toEqual({ remainingMs: 20 * second });
  });
});

test('the estimates of a simulated library come true, whatever its order, and do not jump', () => {
  // 200 videos of 20 to 180 files; a small rendition follows each large one; at most 24 videos are planned ahead.
  const random = seeded(7);
  const videos = Array.from({ length: 200 }, () => 20 + Math.floor(random() * 161));
  const meter = createPaceMeter();
  const sizeOf = (file: number): number => (Math.floor(file / 40) % 2 === 0 ? 1_000_000 : 250_000);
  let [at, file, bytes, published] = [0, 0, 0, 0];
  const estimates: { readonly at: number; readonly endsAt: number }[] = [];
  let nextLook = 0;
  for (const files of videos) {
    for (let index = 0; index < files; index++, file++) {
      // 5 ms for each request, and 20 MB/s.
      at += 5 + sizeOf(file) / 20_000;
      bytes += sizeOf(file);
      if (at < nextLook) continue;
      nextLook = at + second;
      meter.add({ at, files: file + 1, bytes });
      const planned = Math.min(videos.length, published + 24);
      const total = videos.slice(0, planned).reduce((sum, count) => sum + count, 0);
      const uncrawled = videos.length - planned;
      const states = { published, copying: planned - published, waiting: uncrawled };
      const { remainingMs } = estimateAll(totals(states, total, file + 1), uncrawled, meter.pace());
      if (remainingMs !== undefined) estimates.push({ at, endsAt: at + remainingMs });
    }
    published += 1;
  }
  const settled = estimates.filter((estimate) => estimate.at > at / 20);
  expect(settled.length).toBeGreaterThan(400);
  const wrongBy = settled.map(({ at: toldAt, endsAt }) => ({
    toldAt,
    factor: (endsAt - toldAt) / (at - toldAt + second),
  }));
  for (const { toldAt, factor } of wrongBy.filter((each) => each.toldAt < at * 0.95)) {
    expect(factor, `after ${toldAt} of ${at} ms`).toBeGreaterThan(0.75);
    expect(factor, `after ${toldAt} of ${at} ms`).toBeLessThan(1.33);
  }
  for (const [index, { endsAt }] of settled.entries())
    if (index > 0) expect(Math.abs(endsAt - (settled[index - 1]?.endsAt ?? 0)) / at).toBeLessThan(0.05);
});

test('the pace begins with the first file, and waits until it says something', () => {
  const meter = createPaceMeter();
  const add = (at: number, files: number): void => meter.add({ at: at * second, files, bytes: files * 100 });
  add(0, 0);
  add(60, 0);
  add(61, 1);
  expect(meter.pace()).toEqual({ filesPerSecond: 0, bytesPerSecond: 0 });
  add(62, 2);
  add(63, 3);
  const { filesPerSecond, bytesPerSecond, bytesPerFile } = meter.pace();
  expect(filesPerSecond).toBeCloseTo(1);
  expect(bytesPerSecond).toBeCloseTo(100);
  expect(bytesPerFile).toBe(100);
  // Looked at twice at the same instant.
  add(63, 4);
  add(64, 4);
  expect(meter.pace().filesPerSecond).toBeCloseTo(1);
});

test('the pace follows a change without a jump', () => {
  const meter = createPaceMeter();
  for (let at = 0; at <= 100; at++) meter.add({ at: at * second, files: at * 10, bytes: 0 });
  for (let at = 101; at <= 110; at++) meter.add({ at: at * second, files: 1000, bytes: 0 });
  const { filesPerSecond } = meter.pace();
  expect(filesPerSecond).toBeGreaterThan(5);
  expect(filesPerSecond).toBeLessThan(10);
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
