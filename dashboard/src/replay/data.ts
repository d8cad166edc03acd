import type { ReplayVideo } from '../api/contract.ts';

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
