/** A run as it is played again: no URL, no key, no token. `flants replay` writes it into the page as JSON. */
export interface Replay {
  readonly format: 1;
  /** ISO 8601 instant. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The run is cut into so many steps of equal length. */
  readonly steps: number;
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
   * For each file, in the order of the files, the step of its outcome: runs of a step and how many files have it, one
   * after the other in one list. -1: it had none.
   */
  readonly when: readonly number[];
  /** Half-open ranges of files that failed, and of those that were accepted all the same. */
  readonly failed?: readonly (readonly [from: number, to: number])[];
  readonly accepted?: readonly (readonly [from: number, to: number])[];
}

/** The step of each file's outcome; `never` where it had none. */
export const never = 0xffff;

/** The steps of a video's files, one for each. What is missing at the end had no outcome. */
export function stepsOf({ files, when }: ReplayVideo): Uint16Array {
  const steps = new Uint16Array(files).fill(never);
  let index = 0;
  for (let at = 0; at + 1 < when.length; at += 2) {
    const [step = -1, count = 0] = [when[at], when[at + 1]];
    steps.fill(step < 0 ? never : step, index, index + count);
    index += count;
  }
  return steps;
}
