import type { Progress } from '../domain/event.ts';
import type { Outcome } from '../domain/outcome.ts';
import { createPaceMeter, createRateMeter } from '../domain/pace.ts';
import { estimateRemaining } from '../domain/remaining.ts';
import type { RunCounts, Totals } from '../domain/report.ts';
import { addToTotals, emptyTotals } from '../domain/totals.ts';
import type { Mutable } from '../domain/totals.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';

/** Totals of a library and of a run, updated with each change. */
export interface ProgressTracker {
  /** Counts a change of a video's record. `before` is absent for a new video. */
  changed(video: VideoId, before: VideoRecord | undefined, after: VideoRecord): void;
  /** Counts a file that was copied or found unchanged. */
  recorded(outcome: Extract<Outcome, { kind: 'copied' | 'unchanged' }>): void;
  /** Takes back so many files that were counted as unchanged: they are copied again, and count once. */
  reopened(unchanged: number): void;
  /** Counts files that failed for good. */
  failed(files: number): void;
  /**
   * Says how many videos the sources name, so that those that were not read yet are not forgotten. Absent: all were read.
   */
  expect(videos?: number): void;
  /** Of the library. */
  totals(): Totals;
  progress(): Progress;
}

/** Most videos in progress to report. */
const shownVideos = 8;

/** @param now - a monotonic clock in milliseconds */
export function createProgressTracker(now: () => number): ProgressTracker {
  const startedAt = now();
  const totals = emptyTotals();
  const run: Mutable<RunCounts> = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs: 0 };
  /** Only videos that changed in this run, so few even in a large library. */
  const active = new Map<VideoId, VideoRecord>();
  const pace = createPaceMeter();
  const speed = createRateMeter();
  for (const meter of [pace, speed]) meter.add({ at: startedAt, files: 0, bytes: 0 });
  let [recordedFiles, expected] = [0, 0];

  return {
    changed(video, before, after) {
      if (before) addToTotals(totals, { state: stateOf(before), files: before }, -1);
      addToTotals(totals, { state: stateOf(after), files: after });
      if (stateOf(after) === 'copying' && before) active.set(video, after);
      else active.delete(video);
    },
    recorded(outcome) {
      run[outcome.kind] += 1;
      recordedFiles += 1;
      if (outcome.kind === 'copied') run.copiedBytes += outcome.evidence.sizeBytes;
    },
    reopened(unchanged) {
      // An earlier run may have counted some of them.
      run.unchanged = Math.max(0, run.unchanged - unchanged);
    },
    failed(files) {
      run.failed += files;
    },
    expect(videos = 0) {
      expected = videos;
    },
    totals: () => structuredClone(totals),
    progress() {
      const at = now();
      for (const meter of [pace, speed]) meter.add({ at, files: recordedFiles, bytes: run.copiedBytes });
      const known = Object.values(totals.videos).reduce((sum, count) => sum + count, 0);
      const uncrawled = totals.videos.waiting + Math.max(0, expected - known);
      return {
        totals: structuredClone(totals),
        run: { ...run, durationMs: Math.round(at - startedAt) },
        ...speed.rates(),
        uncrawled,
        active: [...active].slice(0, shownVideos).map(([video, { done, total }]) => ({ video, done, total })),
        ...estimateRemaining(totals, uncrawled, pace.pace()),
      };
    },
  };
}
