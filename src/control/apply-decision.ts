import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, FlantsError } from '../domain/failure.ts';
import type { Decided } from '../domain/report/library-status.ts';
import { second } from '../domain/units.ts';
import { stateOf } from '../domain/video.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import { recordOf } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Applies a decision that the journal already has. An error is returned as `pending` and not thrown: the decision
 * stands, and must not look as if it had failed.
 *
 * @throws {FlantsError} `video.unknown` when the video was purged meanwhile
 */
export async function applyDecision(
  video: VideoId,
  ports: Pick<ControlPorts, 'journal' | 'ledger' | 'answerWithinMs'>,
  effect: () => Promise<unknown>,
): Promise<Decided> {
  try {
    const record = await withTimeout(ports.answerWithinMs, async () => {
      await effect();
      return recordOf(video, ports);
    });
    return { video, ...(record ? { state: stateOf(record) } : {}) };
  } catch (error) {
    const failure = failureOf(error);
    // It was purged meanwhile, and the decision with it.
    if (failure.code === 'video.unknown') throw error;
    return { video, pending: failure };
  }
}

/**
 * Bounds the time of an operation. Calls to an unreachable ledger wait until it returns, but people need an answer
 * sooner.
 */
export async function withTimeout<T>(answerWithinMs: number | undefined, work: () => Promise<T>): Promise<T> {
  if (answerWithinMs === undefined) return work();
  const finished = new AbortController();
  const timeout = sleep(answerWithinMs, undefined, { signal: finished.signal }).then(() => {
    throw new FlantsError('state.unusable', `no answer within ${answerWithinMs / second} s`, { retryable: true });
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    finished.abort();
  }
}

/** @throws {FlantsError} `video.unknown` when the video was never submitted */
export async function requireSubmission(video: VideoId, journal: Journal): Promise<Submission> {
  const submission = await journal.submission(video);
  if (!submission) throw unknownVideo(video);
  return submission;
}

/** The error to throw for a video on which there is no more work. */
export function cancelledVideo(video: VideoId): FlantsError {
  return new FlantsError('video.state', `the video ${video} is cancelled; to copy it, submit it again`);
}

/** The current time in the format of decisions. */
export function timestamp({ now }: Pick<ControlPorts, 'now'>): string {
  return new Date(now()).toISOString();
}
