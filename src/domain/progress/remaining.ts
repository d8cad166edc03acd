import type { Totals } from '../report/copy.ts';
import { second } from '../units.ts';
import type { VideoState } from '../video.ts';

/** How fast files were copied or found unchanged lately, and how large they were on average since the beginning. */
export interface Pace {
  readonly filesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Absent while no file was counted. */
  readonly bytesPerFile?: number;
}

/** How long the rest of a library takes. */
export interface Remaining {
  readonly remainingMs: number;
  /** Some videos are not planned yet. Their files were estimated from those of the planned videos. */
  readonly remainingIsGuess?: true;
}

/** What is estimated of a library. Absent is what nobody can tell. */
export interface Estimate extends Partial<Remaining> {
  /** Files with those of videos that are not planned yet. Absent also where all are planned: then the totals have them. */
  readonly expectedFiles?: number;
}

/** States of videos whose plan is in the totals. Those on hold may have none. */
const plannedStates: readonly VideoState[] = ['published', 'publishing', 'copying', 'incomplete'];

/**
 * Estimates how many files a library has, and how long the rest of them takes at this pace.
 *
 * A video without a plan counts as many files as planned videos have on average. Whether the number of files or the
 * number of bytes limits the speed is unknown, so the result is the geometric mean of both answers: it moves half as
 * much as either when large files follow small ones.
 *
 * @param uncrawled - videos that are not planned yet, so that their files are not in the totals
 * @param openFiles - files of the totals that will be copied
 * @returns without a time when nothing is left
 */
export function estimateRemaining(
  { videos, files }: Totals,
  uncrawled: number,
  pace: Pace,
  openFiles: number,
): Estimate {
  const planned = plannedStates.reduce((sum, state) => sum + videos[state], 0);
  if (uncrawled > 0 && (planned === 0 || files.total === 0)) return {};
  const hidden = uncrawled > 0 ? (uncrawled * files.total) / planned : 0;
  const filesLeft = openFiles + hidden;
  const seconds = secondsFor(filesLeft, pace);
  const time: Partial<Remaining> =
    filesLeft === 0 || seconds === undefined ? {} : { remainingMs: Math.round(seconds * second) };
  if (uncrawled === 0) return time;
  const guess = time.remainingMs === undefined ? {} : ({ remainingIsGuess: true } as const);
  return { ...time, ...guess, expectedFiles: Math.round(files.total + hidden) };
}

function secondsFor(files: number, { filesPerSecond, bytesPerSecond, bytesPerFile = 0 }: Pace): number | undefined {
  if (filesPerSecond <= 0) return undefined;
  const byFiles = files / filesPerSecond;
  if (bytesPerSecond <= 0 || bytesPerFile <= 0) return byFiles;
  return Math.sqrt((byFiles * files * bytesPerFile) / bytesPerSecond);
}
