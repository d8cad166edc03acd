import { expect, it } from 'vitest';
import { replayOf } from './replay.ts';
import type { VideoTimes } from './replay.ts';

const video = (title: string, times: readonly number[], more: Partial<VideoTimes> = {}): VideoTimes => ({
  title,
  at: Float64Array.from(times),
  sizeBytes: Float64Array.from(times, (time) => (Number.isNaN(time) ? 0 : 10)),
  failed: [],
  accepted: [],
  ...more,
});

it('cuts a run into steps: what was there before is there at once, and what came later has not happened', () => {
  const replay = replayOf(
    [
      video('late', [2_500, Number.NaN, 9_000], { failed: [[1, 2]] }),
      video('early', [500, 1_000, 1_000, 1_001, 6_999, 7_000]),
      video('before', [10, 20]),
      video('none', [Number.NaN]),
    ],
    { from: 1_000, to: 7_000 },
  );
  expect(replay).toMatchObject({ format: 1, startedAt: '1970-01-01T00:00:01.000Z', durationMs: 6_000, steps: 600 });
  expect(replay.videos).toEqual([
    { title: 'early', files: 6, when: [0, 4, 599, 2] },
    { title: 'late', files: 3, when: [150, 1, -1, 2], failed: [[1, 2]] },
  ]);
  expect(replay.bytes).toHaveLength(600);
  expect([replay.bytes[0], replay.bytes[150], replay.bytes[599]]).toEqual([30, 10, 20]);
});

it('plays what took no time', () => {
  const replay = replayOf([video('one', [5, 5])], { from: 5, to: 5 });
  expect(replay).toMatchObject({ durationMs: 1, videos: [{ when: [0, 2] }] });
});
