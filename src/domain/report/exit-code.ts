import type { Failure } from '../failure.ts';
import type { VideoReport } from './copy.ts';

/** What a run of a copy came to, as far as its exit code goes. */
export interface RunEnd {
  readonly videos: readonly VideoReport[];
  /** Catalogue rows that were no videos, and ids that were asked for and not found. */
  readonly refused: number;
  readonly interrupted: boolean;
  /** The budget was spent before everything was done. */
  readonly isBudgetSpent?: boolean;
  /** What the run could not go on for. */
  readonly halted?: Failure;
}

/**
 * The exit code of a copy.
 *
 * | what happened                                             | code |
 * |-----------------------------------------------------------|------|
 * | interrupted                                               | 130  |
 * | stopped by its budget, with something left to do          | 4    |
 * | halted before any file arrived, or no video was readable  | 1    |
 * | halted later, or some video, file or row failed           | 2    |
 * | whole, with accepted failures, external URIs or warnings  | 3    |
 * | all others whole, and some recordings are not over        | 3    |
 * | all whole                                                 | 0    |
 */
export function exitCodeOf({ videos, refused, interrupted, isBudgetSpent, halted }: RunEnd): 0 | 1 | 2 | 3 | 4 | 130 {
  if (interrupted) return 130;
  if (halted) return videos.some(({ files }) => files.done > 0) ? 2 : 1;
  if (isBudgetSpent) return 4;
  const isLive = ({ state }: VideoReport): boolean => state === 'live';
  const failing = videos.filter((video) => video.state !== 'published' && !isLive(video)).length;
  if (failing + refused > 0) return videos.some(wasReadable) ? 2 : 1;
  const hasWarnings = ({ files, external, warnings }: VideoReport): boolean =>
    files.accepted + external.length + warnings.length > 0;
  return videos.some((video) => isLive(video) || hasWarnings(video)) ? 3 : 0;
}

/** A video that its destination refused, such as a foreign playlist that stands in its place, could be read. */
function wasReadable({ state, invalid }: VideoReport): boolean {
  return state !== 'invalid' || invalid?.code.startsWith('store.') === true;
}
