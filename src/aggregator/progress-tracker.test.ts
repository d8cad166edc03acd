import { expect, test } from 'vitest';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoRecord } from '../domain/video.ts';
import { createProgressTracker } from './progress-tracker.ts';

const waiting: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0 };
const copying: VideoRecord = { ...waiting, revision: 'r', total: 10, done: 4 };
type Copied = Extract<Outcome, { kind: 'copied' | 'unchanged' }>;
const copied = (sizeBytes: number): Copied => ({ index: 0, kind: 'copied', evidence: { sizeBytes } }) as Copied;

test('sums follow each change of each video', () => {
  const tracker = createProgressTracker(() => 0);
  tracker.changed('a', undefined, waiting);
  tracker.changed('b', undefined, waiting);
  tracker.changed('b', waiting, copying);
  const { totals, uncrawled, active } = tracker.progress();
  expect(active).toEqual([{ video: 'b', done: 4, total: 10 }]);
  expect(totals.videos).toMatchObject({ waiting: 1, copying: 1 });
  expect(totals.files).toEqual({ total: 10, done: 4, failed: 0, accepted: 0 });
  expect(uncrawled).toBe(1);
});

test('rates are those of the last seconds, and say when the rest will be there', () => {
  let now = 0;
  const tracker = createProgressTracker(() => now);
  tracker.changed('v', undefined, { ...copying, done: 0 });
  for (let at = 1; at <= 30; at++) {
    now = at * 1000;
    // A slow start, then a file of 1000 bytes each second.
    if (at > 15) tracker.recorded(copied(1000));
    tracker.progress();
  }
  const { bytesPerSecond, filesPerSecond, remainingMs, run } = tracker.progress();
  expect(bytesPerSecond).toBe(1000);
  expect(filesPerSecond).toBe(1);
  expect(remainingMs).toBe(10_000);
  expect(run).toMatchObject({ copied: 15, copiedBytes: 15_000, durationMs: 30_000 });
});

test('the time left is that of what this run copies, not of what others have left or somebody holds', () => {
  let now = 0;
  const tracker = createProgressTracker(() => now);
  tracker.known('left', copying);
  tracker.known('unplanned', waiting);
  tracker.known('begun', copying);
  tracker.known('held', { ...copying, hold: 'paused' });
  tracker.expect(2);
  tracker.takes('begun');
  tracker.changed('new', undefined, { ...copying, done: 0 });
  const copy = () => {
    now += 1000;
    tracker.recorded(copied(1000));
    return tracker.progress();
  };
  // While the sources are read, they may name all of these.
  for (let file = 0; file < 5; file++) copy();
  expect(copy()).toMatchObject({ uncrawled: 1, remainingIsGuess: true });
  tracker.expect();
  expect(copy()).toMatchObject({ uncrawled: 0, remainingMs: 16_000 });
  tracker.changed('begun', copying, { ...copying, done: 10 });
  expect(copy().remainingMs).toBe(10_000);
  tracker.changed('held', { ...copying, hold: 'paused' }, copying);
  expect(copy().remainingMs).toBe(16_000);
});

test('nobody can tell the rest while nothing moves', () => {
  expect(createProgressTracker(() => 0).progress().remainingMs).toBeUndefined();
});

test('videos that were not read yet count as those without a plan, until all are read', () => {
  let now = 0;
  const tracker = createProgressTracker(() => now);
  tracker.expect(60);
  tracker.changed('a', undefined, waiting);
  tracker.changed('b', undefined, { ...copying, done: 0 });
  for (now = 1000; now <= 5000; now += 1000) {
    tracker.recorded(copied(1000));
    tracker.progress();
  }
  now = 5000;
  expect(tracker.progress()).toMatchObject({
    uncrawled: 59,
    remainingMs: 600_000,
    remainingIsGuess: true,
    expectedFiles: 600,
  });
  tracker.expect();
  expect(tracker.progress().uncrawled).toBe(1);
});
