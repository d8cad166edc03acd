import { cell } from '../live/field.ts';
import { never, stepsOf } from './data.ts';
import type { Replay, ReplayVideo } from './data.ts';

/** One video at any instant of a replay. */
export interface Actor {
  readonly title: string;
  readonly total: number;
  /** The cells at a step, which may lie between two. */
  cellsAt(step: number): Uint8Array;
}

/** Files that have an outcome within so many steps are shown as under way. */
const flightSteps = 4;

/** A video that can be shown at any step. */
export function createActor(video: ReplayVideo): Actor {
  const steps = stepsOf(video);
  const ends = new Uint8Array(video.files).fill(cell.done);
  for (const [from, to] of video.failed ?? []) ends.fill(cell.failed, from, to);
  for (const [from, to] of video.accepted ?? []) ends.fill(cell.accepted, from, to);
  return {
    title: video.title,
    total: video.files,
    cellsAt(step) {
      const cells = new Uint8Array(video.files);
      for (let index = 0; index < video.files; index++) {
        const at = steps[index] ?? never;
        if (at === never) continue;
        if (at <= step) cells[index] = ends[index] ?? cell.done;
        else if (at <= step + flightSteps) cells[index] = cell.inFlight;
      }
      return cells;
    },
  };
}

/** How many files had an outcome by the end of each step. */
export function outcomesByStep({ steps, videos }: Replay): readonly number[] {
  const counts = Array.from({ length: steps }, () => 0);
  for (const video of videos)
    for (const step of stepsOf(video))
      if (step !== never) counts[Math.min(step, steps - 1)] = (counts[Math.min(step, steps - 1)] ?? 0) + 1;
  let sum = 0;
  return counts.map((count) => (sum += count));
}

/** Rates of a moving window, per second of the run. */
export function ratesOf(cumulative: readonly number[], stepMs: number, window = 8): readonly number[] {
  return cumulative.map((sum, step) => {
    const from = Math.max(-1, step - window);
    const before = from < 0 ? 0 : (cumulative[from] ?? 0);
    return ((sum - before) * 1000) / (stepMs * (step - from));
  });
}
