import type { IndexRanges } from '../index-ranges.ts';

/** A run as it is played again: no URL, no key, no token. */
export interface Replay {
  readonly format: 1;
  /** ISO 8601 instant. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The run is cut into so many steps of equal length. */
  readonly steps: number;
  /** In the order in which their first files came. */
  readonly videos: readonly ReplayVideo[];
  /** Bytes of the files that were done within each step. */
  readonly bytes: readonly number[];
}

/** One video of a replay. */
export interface ReplayVideo {
  /** Its title, or a number where titles are left out. */
  readonly title: string;
  readonly files: number;
  /**
   * For each file, in the order of the files, the step of its outcome: runs of a step and how many files have it, one after
   * the other in one list. -1: it had none.
   */
  readonly when: readonly number[];
  readonly failed?: IndexRanges;
  /** Some of the failed: published without them. */
  readonly accepted?: IndexRanges;
}

/** When the files of a video had their outcomes. */
export interface VideoTimes {
  readonly title: string;
  /** By file: milliseconds since the epoch, NaN for one without an outcome. */
  readonly at: Float64Array;
  /** By file; 0 where nothing arrived. */
  readonly sizeBytes: Float64Array;
  readonly failed: IndexRanges;
  readonly accepted: IndexRanges;
}

/** The time that is played. */
export interface ReplayWindow {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const steps = 600;

/**
 * Cuts what happened into steps. What was there before the window is in the first step; what came after it has not happened.
 * Videos of which nothing happened in the window are left out.
 */
export function replayOf(videos: readonly VideoTimes[], { from, to }: ReplayWindow): Replay {
  const durationMs = Math.max(1, to - from);
  const stepOf = (at: number): number => {
    if (Number.isNaN(at) || at > to) return -1;
    return Math.max(0, Math.min(steps - 1, Math.floor(((at - from) / durationMs) * steps)));
  };
  const bytes = Array.from({ length: steps }, () => 0);
  const within = videos
    .map((video) => ({ video, firstAt: firstIn(video.at, from, to) }))
    .filter(({ firstAt }) => firstAt < Infinity)
    .toSorted((a, b) => a.firstAt - b.firstAt)
    .map(({ video }) => video);
  for (const { at, sizeBytes } of within) {
    for (const [index, time] of at.entries()) {
      const step = time < from ? -1 : stepOf(time);
      if (step >= 0) bytes[step] = (bytes[step] ?? 0) + (sizeBytes[index] ?? 0);
    }
  }
  return {
    format: 1,
    startedAt: new Date(from).toISOString(),
    durationMs,
    steps,
    videos: within.map(({ title, at, failed, accepted }) => ({
      title,
      files: at.length,
      when: runsOf(at, stepOf),
      ...(failed.length > 0 ? { failed } : {}),
      ...(accepted.length > 0 ? { accepted } : {}),
    })),
    bytes,
  };
}

function firstIn(times: Float64Array, from: number, to: number): number {
  let first = Infinity;
  for (const time of times) if (time >= from && time <= to && time < first) first = time;
  return first;
}

function runsOf(times: Float64Array, stepOf: (at: number) => number): readonly number[] {
  const runs: number[] = [];
  for (const time of times) {
    const step = stepOf(time);
    if (runs.length > 0 && runs.at(-2) === step) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(step, 1);
  }
  return runs;
}
