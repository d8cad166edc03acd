import { cell } from '../live/field.ts';
import { never, stepsOf } from './data.ts';
import type { Replay, ReplayVideo } from '../api/contract.ts';

/** One video at any instant of a replay. */
export interface Actor {
  readonly title: string;
  readonly total: number;
  /** The cells at a step, which may lie between two. */
  cellsAt(step: number): Uint8Array;
}

/** Files that have an outcome within so many steps are shown as under way. */
const flightSteps = 4;

/** What became of each file of a video, and at which step. What failed at an unknown moment did so at the end. */
function endsOf(video: ReplayVideo, lastStep: number): { readonly steps: Uint16Array; readonly ends: Uint8Array } {
  const steps = stepsOf(video);
  const ends = new Uint8Array(video.files).fill(cell.done);
  for (const [from, to] of video.failed ?? []) ends.fill(cell.failed, from, to);
  for (const [from, to] of video.accepted ?? []) ends.fill(cell.accepted, from, to);
  for (const [index, end] of ends.entries()) if (end !== cell.done && steps[index] === never) steps[index] = lastStep;
  return { steps, ends };
}

/** A video that can be shown at any step. */
export function createActor(video: ReplayVideo, lastStep: number): Actor {
  const { steps, ends } = endsOf(video, lastStep);
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

/** How many files were in place, or accepted without, by the end of each step. */
export function settledByStep({ steps: count, videos }: Replay): readonly number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const video of videos) {
    const { steps, ends } = endsOf(video, count - 1);
    for (const [index, step] of steps.entries()) {
      if (step === never || ends[index] === cell.failed) continue;
      const at = Math.min(step, count - 1);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return sumsOf(counts);
}

/** Sums up to each value. */
export function sumsOf(values: readonly number[]): readonly number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** Rates of a moving window, per second of the run. */
export function ratesOf(cumulative: readonly number[], stepMs: number, window = 8): readonly number[] {
  return cumulative.map((sum, step) => {
    const from = Math.max(-1, step - window);
    const before = from < 0 ? 0 : (cumulative[from] ?? 0);
    return ((sum - before) * 1000) / (stepMs * (step - from));
  });
}
