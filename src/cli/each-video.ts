import type { ControlOptions } from '../config/control-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { failureOf, FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided } from '../domain/report/library-status.ts';
import type { VideoId } from '../domain/video.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import type { CommandContext } from './context.ts';
import { failureText } from './event-lines.ts';
import { renderFailure } from './render/error.ts';
import { oneLine } from '../telemetry/logger.ts';

/** An operation on each of several videos, and how to print its result. */
export interface EachVideo<T extends object> {
  readonly verb: string;
  readonly place: Pick<ControlOptions, 'kind'>;
  readonly videos: readonly VideoId[];
  readonly json: boolean;
  readonly work: (video: VideoId) => Promise<T>;
  /** Renders a result for people, in one line or more. */
  readonly render: (done: T, video: VideoId) => string;
}

/** A decision in a distant journal takes some ten round trips. In a state it takes none. */
const videosAtATime = { cluster: 32, embedded: 1 } as const satisfies Record<ControlOptions['kind'], number>;

/**
 * Runs an operation on videos, and prints in their order what came of each. A failure is printed, and the remaining videos
 * are processed. Once the operation is aborted no other video is begun.
 *
 * @returns the exit code: 0, or 3 if a decision is not in effect yet; 1 if all videos failed, 2 if some did
 */
export async function eachVideo<T extends object>(
  { verb, place, videos, json, work, render }: EachVideo<T>,
  { stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>,
): Promise<number> {
  const counts = { done: 0, pending: 0, failed: 0 };
  let aborted: Failure | undefined;
  function* untilAborted(): Generator<VideoId> {
    for (const video of videos) {
      if (aborted) return;
      yield video;
    }
  }
  const attempt = async (
    video: VideoId,
  ): Promise<{ readonly video: VideoId; readonly done?: T; readonly failure?: Failure }> => {
    try {
      return { video, done: await work(video) };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== 'aborted') return { video, failure };
      aborted ??= failure;
      return { video };
    }
  };
  for await (const { video, done, failure } of readAhead(untilAborted(), videosAtATime[place.kind], attempt)) {
    if (done) {
      counts.done += 1;
      const pending = pendingOf(done);
      if (pending) counts.pending += 1;
      const later = pending ? `; not in effect yet: ${failureText(pending)}` : '';
      stdout.write(json ? `${JSON.stringify(done)}\n` : `${render(done, oneLine(video))}${later}\n`);
    }
    if (failure) {
      counts.failed += 1;
      if (json) stdout.write(`${JSON.stringify({ video, failure })}\n`);
      stderr.write(`${renderFailure(failure, verb).join('\n')}\n`);
    }
  }
  if (aborted) throw new FlantsError('aborted', aborted.message);
  if (counts.failed > 0) return counts.done > 0 ? exitCodes.failed : exitCodes.notStarted;
  return counts.pending > 0 ? exitCodes.warnings : exitCodes.whole;
}

/** Why a decision is stored but not in effect yet (`Decided`). */
function pendingOf(done: object): Failure | undefined {
  return (done as Partial<Decided>).pending;
}
