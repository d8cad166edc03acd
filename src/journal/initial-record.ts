import type { Change } from '../domain/change.ts';
import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import type { Generation, Hold, Submission, VideoId } from '../domain/video.ts';
import type { Journal } from './journal.ts';

/** The decisions about a video that are in force. */
export interface CurrentDecisions {
  readonly hold?: Hold;
  /** Absent if its priority was never changed. */
  readonly fresh?: boolean;
}

/**
 * Reads the decisions in force: the latest of each kind. Only submitting a cancelled video again ends the cancellation: who
 * paused or resumed it in the same moment had not seen that it is cancelled.
 */
export async function currentDecisions(video: VideoId, journal: Journal): Promise<CurrentDecisions> {
  let hold: Hold | undefined;
  let fresh: boolean | undefined;
  for await (const decision of journal.decisions(video)) {
    if (decision.type === 'cancelled') hold = 'cancelled';
    if (decision.type === 'paused' && hold !== 'cancelled') hold = 'paused';
    if (decision.type === 'resumed' && hold === 'paused') hold = undefined;
    if (decision.type === 'submitted' && decision.submission.by === 'person') hold = undefined;
    if (decision.type === 'prioritised') ({ fresh } = decision);
  }
  return { ...(hold === undefined ? {} : { hold }), ...(fresh === undefined ? {} : { fresh }) };
}

/**
 * The change that puts a video into a ledger which does not hold it, with everything that the journal knows. A published
 * video is restored as published. Undefined for a video that was never submitted.
 *
 * @param options.isFresh - the priority of a video about which none was decided. Absent: backlog
 */
export async function initialChangeOf(
  video: VideoId,
  {
    journal,
    generation,
    isFresh,
  }: {
    readonly journal: Journal;
    readonly generation: Generation;
    readonly isFresh?: ((submission: Submission) => boolean) | undefined;
  },
): Promise<Extract<Change, { type: 'open' | 'restore' }> | undefined> {
  const [{ hold, fresh: decided }, published] = await Promise.all([
    currentDecisions(video, journal),
    journal.publication(video),
  ]);
  // Last, as a purge removes it before the decisions: while it is there, so were all of them.
  const submission = await journal.submission(video);
  if (!submission) return undefined;
  const fresh = decided ?? isFresh?.(submission) ?? false;
  const common = { generation, fresh, ...(hold === undefined ? {} : { hold }) };
  // Of one that a CDN was not told of yet, the publication is to be repeated.
  if (!published || published.replaced?.isBeingTold)
    return { type: 'open', ...common, asked: playlistFingerprint(submission) };
  const { revision, total, accepted } = published;
  return { type: 'restore', ...common, revision, total, accepted };
}
