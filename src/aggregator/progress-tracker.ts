import type { Progress } from '../domain/event.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { RunCounts } from '../domain/report.ts';
import { addToTotals, emptyTotals } from '../domain/totals.ts';
import type { Mutable } from '../domain/totals.ts';
import { second } from '../domain/units.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';

/** Sums of a library and of a run, kept up to date change by change. */
export interface ProgressTracker {
  /** A video's record before (absent for a new one) and after a change. */
  changed(video: VideoId, before: VideoRecord | undefined, after: VideoRecord): void;
  told(outcome: Extract<Outcome, { kind: 'copied' | 'unchanged' }>): void;
  /** So many files have failed for good. */
  failed(files: number): void;
  progress(): Progress;
}

/** Videos under way that a display could show. */
const shownVideos = 8;

/** Rates are taken over this long. */
const windowMs = 10 * second;

/** @param now - milliseconds of any clock that only goes forward */
export function createProgressTracker(now: () => number): ProgressTracker {
  const startedAt = now();
  const totals = emptyTotals();
  const run: Mutable<RunCounts> = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs: 0 };
  /** Only what changed in this run: a few videos, whatever the library's size. */
  const active = new Map<VideoId, VideoRecord>();
  const samples: { at: number; bytes: number; files: number }[] = [{ at: startedAt, bytes: 0, files: 0 }];

  return {
    changed(video, before, after) {
      if (before) addToTotals(totals, { state: stateOf(before), files: before }, -1);
      addToTotals(totals, { state: stateOf(after), files: after });
      if (stateOf(after) === 'copying' && before) active.set(video, after);
      else active.delete(video);
    },
    told(outcome) {
      run[outcome.kind] += 1;
      if (outcome.kind === 'copied') run.copiedBytes += outcome.evidence.sizeBytes;
    },
    failed(files) {
      run.failed += files;
    },
    progress() {
      const at = now();
      const files = run.copied + run.unchanged;
      samples.push({ at, bytes: run.copiedBytes, files });
      while (samples.length > 2 && (samples[1]?.at ?? at) <= at - windowMs) samples.shift();
      const [oldest] = samples as [(typeof samples)[number]];
      const seconds = Math.max(0.001, (at - oldest.at) / second);
      const filesPerSecond = (files - oldest.files) / seconds;
      const open = totals.files.total - totals.files.done - totals.files.failed;
      return {
        totals: structuredClone(totals),
        run: { ...run, durationMs: Math.round(at - startedAt) },
        bytesPerSecond: Math.round((run.copiedBytes - oldest.bytes) / seconds),
        filesPerSecond: Math.round(filesPerSecond * 10) / 10,
        uncrawled: totals.videos.waiting,
        active: [...active].slice(0, shownVideos).map(([video, { done, total }]) => ({ video, done, total })),
        ...(filesPerSecond > 0 ? { remainingMs: Math.round((open / filesPerSecond) * second) } : {}),
      };
    },
  };
}
