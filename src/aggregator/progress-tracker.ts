import type { Progress } from '../domain/progress/event.ts';
import type { Outcome } from '../domain/outcome.ts';
import { createPaceMeter, createRateMeter } from '../domain/progress/pace.ts';
import { estimateRemaining } from '../domain/progress/remaining.ts';
import type { RunCounts, Totals } from '../domain/report/copy.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import type { Mutable } from '../domain/report/totals.ts';
import { openCountOf, stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';

/** Totals of a library and of a run, updated with each change. */
export interface ProgressTracker {
  /** Counts a video of an earlier run. This one may leave it alone: then it takes no time. */
  known(video: VideoId, record: VideoRecord): void;
  /** Says that this run takes a video that it knows. */
  takes(video: VideoId): void;
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

/** What is left to do of some videos, but for those at rest, such as paused ones. */
interface Work {
  openFiles: number;
  /** Videos without a plan. */
  toPlan: number;
}

function noWork(): Work {
  return { openFiles: 0, toPlan: 0 };
}

function hasWork(record: VideoRecord): boolean {
  const state = stateOf(record);
  return state === 'waiting' || state === 'copying';
}

function addWork(work: Work, record: VideoRecord, sign: 1 | -1 = 1): void {
  if (!hasWork(record)) return;
  if (stateOf(record) === 'waiting') work.toPlan += sign;
  else work.openFiles += sign * openCountOf(record);
}

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
  const work = noWork();
  /** Part of it, of videos that this run has not taken. */
  const others = noWork();
  const notTaken = new Map<VideoId, VideoRecord>();
  let [recordedFiles, expected] = [0, 0];
  const add = (record: VideoRecord, sign?: 1 | -1): void => {
    addToTotals(totals, { state: stateOf(record), files: record }, sign);
    addWork(work, record, sign);
  };
  const takes = (video: VideoId): void => {
    const record = notTaken.get(video);
    if (record && notTaken.delete(video)) addWork(others, record, -1);
  };

  return {
    known(video, record) {
      add(record);
      if (!hasWork(record)) return;
      notTaken.set(video, record);
      addWork(others, record);
    },
    takes,
    changed(video, before, after) {
      takes(video);
      if (before) add(before, -1);
      add(after);
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
      // While sources are read, they may still name these.
      const left = expected > 0 ? noWork() : others;
      const uncrawled = work.toPlan - left.toPlan + Math.max(0, expected - known);
      return {
        totals: structuredClone(totals),
        run: { ...run, durationMs: Math.round(at - startedAt) },
        ...speed.rates(),
        uncrawled,
        active: [...active].slice(0, shownVideos).map(([video, { done, total }]) => ({ video, done, total })),
        ...estimateRemaining(totals, uncrawled, pace.pace(), work.openFiles - left.openFiles),
      };
    },
  };
}
