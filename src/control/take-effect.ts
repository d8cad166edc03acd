import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, FlantsError } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import { second } from '../domain/units.ts';
import { stateOf } from '../domain/video.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import { recordOf } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Applies a decision that the journal already holds. An error is returned as `pending` and not thrown, so that the decision
 * does not look as if it had not been made.
 */
export async function takeEffect(
  video: VideoId,
  ports: Pick<ControlPorts, 'journal' | 'ledger' | 'answerWithinMs'>,
  effect: () => Promise<unknown>,
): Promise<Decided> {
  try {
    const record = await withinTime(ports.answerWithinMs, async () => {
      await effect();
      return recordOf(video, ports);
    });
    return { video, ...(record ? { state: stateOf(record) } : {}) };
  } catch (error) {
    return { video, pending: failureOf(error) };
  }
}

/** A ledger that is unreachable makes its callers wait until it returns. People get an answer before that. */
export async function withinTime<T>(answerWithinMs: number | undefined, work: () => Promise<T>): Promise<T> {
  if (answerWithinMs === undefined) return work();
  const over = new AbortController();
  const late = sleep(answerWithinMs, undefined, { signal: over.signal }).then(() => {
    throw new FlantsError('state.unusable', `no answer within ${answerWithinMs / second} s`, { retryable: true });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work(), late]);
  } finally {
    over.abort();
  }
}

/** @throws {FlantsError} `video.unknown` when it was never submitted */
export async function knownSubmission(video: VideoId, journal: Journal): Promise<Submission> {
  const submission = await journal.submission(video);
  if (!submission) throw unknownVideo(video);
  return submission;
}

/** The present time in the format of decisions. */
export function instant({ now }: Pick<ControlPorts, 'now'>): string {
  return new Date(now()).toISOString();
}
