import type { Change } from '../domain/change.ts';
import { playlistMark } from '../domain/playlist-mark.ts';
import type { Generation, Hold, VideoId } from '../domain/video.ts';
import type { Journal } from './journal.ts';

/** What people decided about a video, as it stands now. */
export interface CurrentDecisions {
  readonly hold?: Hold;
  /** Absent where nobody put it forward or back. */
  readonly fresh?: boolean;
}

/** The decisions about a video that hold now: the latest of each kind. Submitting a cancelled video anew ends its cancellation. */
export async function currentDecisions(video: VideoId, journal: Journal): Promise<CurrentDecisions> {
  let hold: Hold | undefined;
  let fresh: boolean | undefined;
  for await (const decision of journal.decisions(video)) {
    if (decision.type === 'paused' || decision.type === 'cancelled') hold = decision.type;
    if (decision.type === 'resumed' || (decision.type === 'submitted' && decision.submission.by === 'person'))
      hold = undefined;
    if (decision.type === 'prioritised') ({ fresh } = decision);
  }
  return { ...(hold === undefined ? {} : { hold }), ...(fresh === undefined ? {} : { fresh }) };
}

/**
 * The change by which a ledger that does not know a video takes it up with all that the journal tells: that of a
 * published one stands whole at once. undefined for a video that was never submitted.
 *
 * @param isFresh - whether it is fresh where nobody decided about that
 */
export async function initialChangeOf(
  video: VideoId,
  {
    journal,
    generation,
    isFresh = false,
  }: {
    readonly journal: Journal;
    readonly generation: Generation;
    readonly isFresh?: boolean;
  },
): Promise<Extract<Change, { type: 'open' | 'restore' }> | undefined> {
  const [{ hold, fresh = isFresh }, published] = await Promise.all([
    currentDecisions(video, journal),
    journal.publication(video),
  ]);
  // Last, as a purge removes it before the decisions: while it is there, so were all of them.
  const submission = await journal.submission(video);
  if (!submission) return undefined;
  const common = { generation, fresh, ...(hold === undefined ? {} : { hold }) };
  if (!published) return { type: 'open', ...common, asked: playlistMark(submission) };
  const { revision, total, accepted } = published;
  return { type: 'restore', ...common, revision, total, accepted };
}
