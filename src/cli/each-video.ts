import { exitCodes } from '../config/registry/verbs.ts';
import { failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import type { VideoId } from '../domain/video.ts';
import type { CommandContext } from './context.ts';
import { failureText } from './event-lines.ts';
import { renderFailure } from './render/error.ts';
import { oneLine } from '../telemetry/logger.ts';

/** An operation on each of several videos, and how to print its result. */
export interface EachVideo<T extends object> {
  readonly verb: string;
  readonly videos: readonly VideoId[];
  readonly json: boolean;
  readonly work: (video: VideoId) => Promise<T>;
  /** Renders a result for people, in one line or more. */
  readonly render: (done: T, video: VideoId) => string;
}

/**
 * Runs an operation on one video after another. A failure is printed, and the remaining videos are processed.
 *
 * @returns the exit code: 0, or 3 if a decision is not in effect yet; 1 if all videos failed, 2 if some did
 */
export async function eachVideo<T extends object>(
  { verb, videos, json, work, render }: EachVideo<T>,
  { stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>,
): Promise<number> {
  const counts = { done: 0, pending: 0, failed: 0 };
  for (const video of videos) {
    try {
      const done = await work(video);
      counts.done += 1;
      const pending = pendingOf(done);
      if (pending) counts.pending += 1;
      const later = pending ? `; not in effect yet: ${failureText(pending)}` : '';
      stdout.write(json ? `${JSON.stringify(done)}\n` : `${render(done, oneLine(video))}${later}\n`);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'aborted') throw error;
      counts.failed += 1;
      if (json) stdout.write(`${JSON.stringify({ video, failure })}\n`);
      stderr.write(`${renderFailure(failure, verb).join('\n')}\n`);
    }
  }
  if (counts.failed > 0) return counts.done > 0 ? exitCodes.failed : exitCodes.notStarted;
  return counts.pending > 0 ? exitCodes.warnings : exitCodes.whole;
}

/** Why a decision is stored but not in effect yet (`Decided`). */
function pendingOf(done: object): Failure | undefined {
  return (done as Partial<Decided>).pending;
}
